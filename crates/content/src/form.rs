//! Pairs as a form (the URL standard, section 5.2).

use bytes::Bytes;
use form_urlencoded::Serializer;

/// The media type of what [`form`] writes.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Writes pairs as `application/x-www-form-urlencoded`: UTF-8, a space as `+`, order and repetition kept.
///
/// No pairs make no bytes, which is content of length 0, and not the absence of content.
///
/// ```
/// assert_eq!(sortie_content::form([("a", "1"), ("a", "2 3"), ("é", "&")]), "a=1&a=2+3&%C3%A9=%26");
/// ```
pub fn form(pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Bytes {
    Bytes::from(Serializer::new(String::new()).extend_pairs(pairs).finish())
}
