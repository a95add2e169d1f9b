//! What stands between the parts of a multipart message (RFC 2046, section 5.1.1).

use std::fmt;

use crate::Error;

/// What stands between the parts of a [`Multipart`](crate::Multipart). It must not occur in any of them.
///
/// [`from_seed`](Boundary::from_seed) with 16 random bytes makes one that does not, for all purposes.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Boundary(String);

impl Boundary {
    /// A boundary of the caller's own: 1 to 70 of the letters, the digits, and `'()+_,-./:=?`.
    ///
    /// RFC 2046 allows a space too, which few servers understand. Fails with [`Error::Boundary`].
    ///
    /// ```
    /// assert_eq!(sortie_content::Boundary::new("a-b_c")?.as_str(), "a-b_c");
    /// assert!(sortie_content::Boundary::new("a\r\nb").is_err());
    /// # Ok::<(), sortie_content::Error>(())
    /// ```
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte);
        match (1..=70).contains(&text.len()) && text.bytes().all(is_allowed) {
            true => Ok(Boundary(text)),
            false => Err(Error::Boundary),
        }
    }

    /// The boundary that these bytes make: 32 hexadecimal digits. Random bytes make it unguessable.
    pub fn from_seed(seed: [u8; 16]) -> Self {
        Boundary(format!("{:032x}", u128::from_be_bytes(seed)))
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As a parameter of a media type: in quotes where a character needs them.
impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match sortie_http::check_name(&self.0) {
            Ok(()) => f.write_str(&self.0),
            Err(_) => write!(f, "\"{}\"", self.0),
        }
    }
}
