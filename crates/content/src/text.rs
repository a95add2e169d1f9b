//! Characters: which encoding content is in, and its text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use sortie_http::Headers;

use crate::media_type;

/// The encoding of `content`: its byte order mark's, else that of Content-Type's `charset` parameter, else UTF-8.
///
/// Nothing is guessed from the content itself. Labels are those of the Encoding standard (`latin1` and `us-ascii` are
/// windows-1252); one that is not known counts as none.
pub fn encoding(headers: &Headers, content: &[u8]) -> &'static Encoding {
    match Encoding::for_bom(content) {
        Some((encoding, _)) => encoding,
        None => labelled(headers).unwrap_or(UTF_8),
    }
}

/// The text of `content` in its [`encoding`], without a byte order mark. Valid UTF-8 is borrowed, not copied.
///
/// What is not valid reads as U+FFFD; nothing fails.
///
/// ```
/// let mut headers = sortie_http::Headers::new();
/// headers.set("Content-Type", "text/plain; Charset=\"iso-8859-1\"")?;
/// assert_eq!(sortie_content::text(&headers, b"caf\xe9"), "café");
/// # Ok::<(), sortie_http::Error>(())
/// ```
pub fn text<'a>(headers: &Headers, content: &'a [u8]) -> Cow<'a, str> {
    encoding(headers, content).decode_with_bom_removal(content).0
}

/// The encoding that the `charset` parameter names, if it is known.
pub(crate) fn labelled(headers: &Headers) -> Option<&'static Encoding> {
    // Some retired labels stand for an encoding that has no characters at all: they count as unknown.
    Encoding::for_label_no_replacement(charset(headers.get("content-type")?)?.as_bytes())
}

/// The value of the first `charset` parameter of a media type, out of its quotes.
///
/// Single quotes are taken for quotes, and what stands before the `;` may be anything. A backslash in quotes stays, since
/// no label has a character that needs one.
fn charset(media_type: &str) -> Option<&str> {
    let (_, parameters) = media_type.split_once(';')?;
    let (_, value) = media_type::parameters(parameters).find(|(name, _)| name.eq_ignore_ascii_case("charset"))?;
    Some(value.trim_matches(['"', '\'']).trim())
}
