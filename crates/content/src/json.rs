//! Values as JSON (RFC 8259), read in any Unicode encoding (RFC 4627, section 3).

use std::borrow::Cow;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use sortie_http::Headers;

use crate::{Error, text};

/// The media type of what [`to_json`] writes.
pub const JSON: &str = "application/json";

/// Writes a value as JSON: UTF-8, without white space. `null`, `0`, `false`, `[]` and `{}` are content like any other.
///
/// Fails with [`Error::ToJson`] where the value has no form in JSON.
///
/// ```
/// assert_eq!(sortie_content::to_json(&["é", "\n"])?, r#"["é","\n"]"#);
/// # Ok::<(), sortie_content::Error>(())
/// ```
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, Error> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|source| Error::ToJson { source })
}

/// Reads a value from JSON in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
///
/// A byte order mark decides; then the zeros that UTF-16 and UTF-32 put around the first character, which is always
/// ASCII; then Content-Type's `charset` parameter, which RFC 8259 knows no more but servers still send; then UTF-8.
///
/// Fails with [`Error::NotText`] where bytes are not valid in that encoding, else with [`Error::FromJson`], also for no
/// content at all.
pub fn from_json<T: DeserializeOwned>(content: &[u8], headers: &Headers) -> Result<T, Error> {
    let json: Cow<'_, [u8]> = match Form::of(content, headers) {
        // The parser checks that it is valid.
        Form::Utf8 { start } => Cow::Borrowed(&content[start..]),
        Form::Utf32 { start, read, name } => {
            let json = decode_utf32(&content[start..], read).ok_or(Error::NotText { encoding: name })?;
            Cow::Owned(json.into_bytes())
        }
        Form::Other { start, encoding } => {
            let json = encoding
                .decode_without_bom_handling_and_without_replacement(&content[start..])
                .ok_or(Error::NotText { encoding: encoding.name() })?;
            Cow::Owned(json.into_owned().into_bytes())
        }
    };
    serde_json::from_slice(&json).map_err(|source| Error::FromJson { source })
}

/// How the JSON text is encoded, and where it starts: after the byte order mark.
enum Form {
    Utf8 { start: usize },
    Utf32 { start: usize, read: fn([u8; 4]) -> u32, name: &'static str },
    Other { start: usize, encoding: &'static Encoding },
}

impl Form {
    fn of(content: &[u8], headers: &Headers) -> Self {
        let (little, big) = (u32::from_le_bytes, u32::from_be_bytes);
        match content {
            [0xff, 0xfe, 0, 0, ..] => Form::Utf32 { start: 4, read: little, name: "UTF-32LE" },
            [0, 0, 0xfe, 0xff, ..] => Form::Utf32 { start: 4, read: big, name: "UTF-32BE" },
            [0xff, 0xfe, ..] => Form::Other { start: 2, encoding: UTF_16LE },
            [0xfe, 0xff, ..] => Form::Other { start: 2, encoding: UTF_16BE },
            [0xef, 0xbb, 0xbf, ..] => Form::Utf8 { start: 3 },
            [0, 0, ..] => Form::Utf32 { start: 0, read: big, name: "UTF-32BE" },
            [0, _, ..] => Form::Other { start: 0, encoding: UTF_16BE },
            [_, 0, 0, 0, ..] => Form::Utf32 { start: 0, read: little, name: "UTF-32LE" },
            [_, 0, ..] => Form::Other { start: 0, encoding: UTF_16LE },
            _ => match text::labelled(headers) {
                // Were it UTF-16, there would be a zero.
                None => Form::Utf8 { start: 0 },
                Some(label) if [UTF_8, UTF_16LE, UTF_16BE].contains(&label) => Form::Utf8 { start: 0 },
                Some(encoding) => Form::Other { start: 0, encoding },
            },
        }
    }
}

fn decode_utf32(content: &[u8], read: fn([u8; 4]) -> u32) -> Option<String> {
    let (units, rest) = content.as_chunks();
    if !rest.is_empty() {
        return None;
    }
    units.iter().map(|unit| char::from_u32(read(*unit))).collect()
}
