//! One link: its name and its state.

use crate::race::Race;
use crate::road::Road;
use crate::setup::Setup;
use crate::stream::Stream;

/// The name of a link. It is never given twice: a late use of a closed one does nothing.
#[derive(Copy, Clone, Eq, PartialEq, Hash, Debug)]
pub struct LinkId {
    pub(crate) index: u32,
    /// Tells the links apart that had this index one after another.
    pub(crate) generation: u32,
}

impl LinkId {
    /// A small number, unlike that of every other link that is not closed; of use as an index. Given again after `close`.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index as usize
    }
}

/// What the transport keeps of a link.
pub(crate) struct Link {
    pub(crate) generation: u32,
    pub(crate) state: State,
}

/// ```text
/// Resolving ──► Connecting ──► SettingUp ──► Open
///     │             ├────────────────────────▲
///     └─────────────┴──────────────┴──► Failed
/// ```
pub(crate) enum State {
    /// The resolver was asked what the road asks.
    Resolving(Box<Road>),
    /// Sockets race for the connection.
    Connecting(Box<Dial>),
    /// The Unix socket had no room for another connection when it was tried last.
    Knocking(Box<Road>),
    /// A proxy is asked, TLS shakes hands.
    SettingUp(Box<Setup>),
    /// Bytes flow.
    Open(Stream),
    /// Never opened; waits for `close`.
    Failed,
}

/// A link that connects.
pub(crate) struct Dial {
    pub(crate) road: Road,
    pub(crate) race: Race,
}
