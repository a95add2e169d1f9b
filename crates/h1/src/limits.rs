/// How much a server may ask of us before its response is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// How long a head may be, in bytes, from the status line to the blank line. Default: 256 KiB.
    ///
    /// The trailers of a chunked body, taken together, have the same limit.
    pub head: usize,
    /// How many fields a head may have, and how many trailers a body. Default: 1,024.
    pub fields: usize,
    /// How many 1xx responses may come before the final one. Default: 100.
    pub informational: u32,
    /// How long the extension of one chunk may be, in bytes, white space before it included. Default: 16 KiB.
    pub chunk_extension: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { head: 256 * 1024, fields: 1024, informational: 100, chunk_extension: 16 * 1024 }
    }
}
