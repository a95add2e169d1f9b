//! Content codings, and the Content-Encoding field that lists them (RFC 9110, section 8.4).

use std::fmt;

use sortie_http::Headers;

/// The value of an Accept-Encoding field: the codings that are compiled in, and can be taken off.
///
/// With the features `br` and `zstd`: `gzip, deflate, br, zstd`.
pub const ACCEPT_ENCODING: &str = match (cfg!(feature = "br"), cfg!(feature = "zstd")) {
    (false, false) => "gzip, deflate",
    (true, false) => "gzip, deflate, br",
    (false, true) => "gzip, deflate, zstd",
    (true, true) => "gzip, deflate, br, zstd",
};

/// How many codings may be stacked on one another.
pub const MOST_CODINGS: usize = 5;

/// A content coding that can be taken off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Coding {
    /// `gzip` or `x-gzip` (RFC 1952).
    Gzip,
    /// `deflate`: the zlib format (RFC 1950), or, as some servers send it, a bare deflate stream (RFC 1951).
    Deflate,
    /// `br`: Brotli (RFC 7932), with a window of at most 16 MiB.
    #[cfg(feature = "br")]
    Br,
    /// `zstd`: Zstandard (RFC 8878), with a window of at most 8 MiB (RFC 9659).
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Coding {
    /// As it is registered: `gzip`, `deflate`, `br`, `zstd`.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            #[cfg(feature = "br")]
            Coding::Br => "br",
            #[cfg(feature = "zstd")]
            Coding::Zstd => "zstd",
        }
    }

    /// The coding of that name, in any case. `None` where it is not known, or not compiled in.
    pub fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Coding::Gzip),
            () if is("deflate") => Some(Coding::Deflate),
            #[cfg(feature = "br")]
            () if is("br") => Some(Coding::Br),
            #[cfg(feature = "zstd")]
            () if is("zstd") => Some(Coding::Zstd),
            () => None,
        }
    }
}

/// The codings to take off, read from the Content-Encoding fields of a message.
///
/// They are taken off from the outermost, which is named last, inwards. An unknown one ends that: of `foo, gzip`, gzip
/// is taken off and foo left; of `gzip, foo`, nothing is. `identity` is passed over. Allocates nothing.
///
/// ```
/// use sortie_content::{Coding, Codings};
///
/// let mut headers = sortie_http::Headers::new();
/// headers.append("Content-Encoding", "foo, deflate, X-GZIP")?;
/// assert_eq!(Codings::of(&headers).iter().collect::<Vec<_>>(), [Coding::Gzip, Coding::Deflate]);
/// # Ok::<(), sortie_http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Codings {
    /// As named, innermost first; only the first `count` of them mean something.
    named: [Coding; MOST_CODINGS],
    /// May be past [`MOST_CODINGS`]: decoding then fails.
    count: usize,
}

impl Codings {
    /// None: content is what was sent.
    pub const fn none() -> Self {
        Codings { named: [Coding::Gzip; MOST_CODINGS], count: 0 }
    }

    /// Reads the Content-Encoding fields; several are one list (RFC 9110, section 5.3).
    ///
    /// Never fails: more than [`MOST_CODINGS`] are an error when there is content to decode.
    pub fn of(headers: &Headers) -> Self {
        let mut codings = Codings::none();
        let elements = headers.get_all("content-encoding").flat_map(|list| list.split(','));
        for name in elements.map(str::trim).filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity")) {
            match Coding::named(name) {
                Some(coding) => codings.push(coding),
                None => codings = Codings::none(),
            }
        }
        codings
    }

    /// Whether there is nothing to take off.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are to take off, also where they are too many.
    pub fn len(&self) -> usize {
        self.count
    }

    /// In the order in which they are taken off: the innermost comes last. At most [`MOST_CODINGS`].
    pub fn iter(&self) -> impl Iterator<Item = Coding> {
        self.named.into_iter().take(self.count).rev()
    }

    fn push(&mut self, coding: Coding) {
        if let Some(place) = self.named.get_mut(self.count) {
            *place = coding;
        }
        self.count += 1;
    }
}

impl Default for Codings {
    fn default() -> Self {
        Codings::none()
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
