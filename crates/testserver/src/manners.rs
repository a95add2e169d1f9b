//! How a server misbehaves, and how often it has.

/// What a [`TestServer`](crate::TestServer) does wrong on purpose, and how often; by default nothing.
///
/// `every: Some(k)` means the k-th, the 2k-th and so on, counted over all connections from the moment these manners were
/// given to the server; `None` and `Some(0)` mean never. Several can fall on one exchange: a request that is stalled has
/// no response, and a response that is cut is not dropped as well.
///
/// ```
/// use sortie_testserver::{Manners, TestServer};
///
/// // Of any three connections one is reset; of any hundred requests one is never answered.
/// let server = TestServer::start_with(Manners {
///     refuse_every: Some(3),
///     stall_every: Some(100),
///     ..Manners::default()
/// })?;
/// assert_eq!(server.misdeeds().refused, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// Every so many accepted connections one is reset (RST) at once, before anything is read from it.
    pub refuse_every: Option<usize>,
    /// Every so many requests one is never answered: what comes is read and thrown away, until the client ends its side.
    pub stall_every: Option<usize>,
    /// Every so many responses one is cut: its head and half of its content are sent, then the end (FIN).
    ///
    /// Half is rounded down and counted in octets, in lines for `/stream`; a chunked body ends after a whole chunk.
    /// A response without content (to HEAD, a 204, a length of 0) has no half: it is not counted here and never cut.
    pub cut_every: Option<usize>,
    /// Every so many responses one carries `Connection: close`, and its connection is closed after it, as is proper.
    pub close_every: Option<usize>,
    /// Each connection is closed after so many responses without being announced: none carries `Connection: close`.
    ///
    /// Counted from the connection's beginning. A request that the client sends meanwhile is lost, and may meet a reset.
    pub drop_idle_after: Option<usize>,
}

/// How often a [`TestServer`](crate::TestServer) has done each thing that its [`Manners`] ask for, since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misdeeds {
    /// Connections that were reset at once.
    pub refused: usize,
    /// Requests that are left without an answer.
    pub stalled: usize,
    /// Responses of which half was sent; counted before the connection ends.
    pub cut: usize,
    /// Responses that carry `Connection: close` for no reason but [`Manners::close_every`].
    pub closed: usize,
    /// Connections that were closed without a word; counted before they are. One whose last exchange ends it anyway, by
    /// `Connection: close` of either side, is not among them.
    pub dropped: usize,
}
