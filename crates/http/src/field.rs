use crate::Error;

/// Where a field's name and value stand in the text of its [`Headers`](crate::Headers). In bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FieldRange {
    /// Where the name begins.
    pub name: u32,
    /// How long the name is.
    pub name_length: u16,
    /// Whether the field holds a credential.
    pub sensitive: bool,
    /// Where the value begins.
    pub value: u32,
    /// How long the value is.
    pub value_length: u32,
}

/// How many bytes one [`FieldRange`] takes in a block.
pub(crate) const ENTRY: usize = 16;

impl FieldRange {
    pub(crate) fn pack(&self) -> [u8; ENTRY] {
        let mut out = [0; ENTRY];
        out[0..4].copy_from_slice(&self.name.to_le_bytes());
        out[4..6].copy_from_slice(&self.name_length.to_le_bytes());
        out[6] = u8::from(self.sensitive);
        out[8..12].copy_from_slice(&self.value.to_le_bytes());
        out[12..16].copy_from_slice(&self.value_length.to_le_bytes());
        out
    }

    pub(crate) fn unpack(entry: &[u8; ENTRY]) -> Self {
        let word = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
        FieldRange {
            name: word(0),
            name_length: u16::from_le_bytes([entry[4], entry[5]]),
            sensitive: entry[6] != 0,
            value: word(8),
            value_length: word(12),
        }
    }

    pub(crate) fn name_in<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        cut(text, self.name, u32::from(self.name_length))
    }

    pub(crate) fn value_in<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        cut(text, self.value, self.value_length)
    }
}

/// Whether `name` is a token (RFC 9110, section 5.6.2).
pub fn check_name(name: &str) -> Result<(), Error> {
    let fits = name.len() <= usize::from(u16::MAX);
    match fits && !name.is_empty() && name.bytes().all(|byte| TOKEN[byte as usize]) {
        true => Ok(()),
        false => Err(Error::FieldName { name: name.escape_debug().take(100).collect::<String>().into() }),
    }
}

/// Whether `value` may stand behind `name`: no control character but HTAB, no white space at its ends.
///
/// An empty value is allowed (RFC 9110, section 5.5). `name` is for the error only.
pub fn check_value(name: &str, value: &str) -> Result<(), Error> {
    let bytes = value.as_bytes();
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let at = match bytes.iter().position(|byte| byte.is_ascii_control() && *byte != b'\t') {
        Some(at) => at,
        None if is_blank(bytes.first()) => 0,
        None if is_blank(bytes.last()) => bytes.len() - 1,
        None => return Ok(()),
    };
    Err(Error::FieldValue { name: name.into(), at })
}

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let token = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut at = 0;
    while at < token.len() {
        table[token[at] as usize] = true;
        at += 1;
    }
    table
};

fn cut(text: &[u8], start: u32, length: u32) -> &[u8] {
    let start = start as usize;
    text.get(start..start + length as usize).unwrap_or_default()
}
