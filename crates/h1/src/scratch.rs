use sortie_http::FieldRange;

/// A place to work in, so that a head costs one allocation. Holds nothing between two calls; one a loop is enough.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Where the fields of the head at hand stand.
    pub(crate) fields: Vec<FieldRange>,
    /// The block of the head at hand, before it gets its own allocation.
    pub(crate) block: Vec<u8>,
}

impl Scratch {
    /// An empty one. Allocates nothing before the first head.
    pub fn new() -> Self {
        Self::default()
    }
}
