//! What of a request is signed, in the one form that both sides can write (AWS Signature Version 4).

/// How a path is encoded once more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PathForm {
    /// As S3 has it: decoded and encoded once. Slashes stay as they are.
    Once,
    /// As all other services have it: without empty segments, and what the request asks for is encoded again.
    Twice,
}

/// Header fields that are signed: in lower case and sorted, those of one name joined, blanks made one.
pub(crate) struct Fields(Vec<(String, String)>);

/// The path of a URL, which has no dot segments any more.
pub(crate) fn path(path: &str, form: PathForm) -> String {
    let mut out = String::with_capacity(path.len());
    match form {
        PathForm::Once => encode(&decode(path, false), true, &mut out),
        PathForm::Twice => {
            let bytes = path.as_bytes();
            let is_kept = |at: usize| bytes[at] != b'/' || at == 0 || bytes[at - 1] != b'/';
            let kept: Vec<u8> = (0..bytes.len()).filter(|at| is_kept(*at)).map(|at| bytes[at]).collect();
            encode(&kept, true, &mut out);
        }
    }
    out
}

/// The pairs of a query, sorted by their encoded names, then by their encoded values. A `+` is a blank, as forms have it.
pub(crate) fn query(query: &str) -> String {
    let encoded = |text: &str| {
        let mut out = String::with_capacity(text.len());
        encode(&decode(text, true), false, &mut out);
        out
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    let mut out = String::with_capacity(query.len());
    for (name, value) in pairs {
        let sign = if out.is_empty() { "" } else { "&" };
        out.extend([sign, &name, "=", &value]);
    }
    out
}

impl Fields {
    /// Fields of any names and values; those of one name keep their order.
    pub(crate) fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all: Vec<(String, String)> =
            fields.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), with_single_blanks(value))).collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        let mut joined: Vec<(String, String)> = Vec::with_capacity(all.len());
        for (name, value) in all {
            match joined.last_mut() {
                Some((last, list)) if *last == name => list.extend([",", &value]),
                _ => joined.push((name, value)),
            }
        }
        Fields(joined)
    }

    /// `name:value` and a line break for each.
    pub(crate) fn lines(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.0 {
            out.extend([name, ":", value, "\n"]);
        }
        out
    }

    /// The names, with `;` between them.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|(name, _)| &**name).collect();
        names.join(";")
    }
}

/// Bytes in hexadecimal, lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).map(|digit| digit.to_ascii_lowercase()).collect()
}

fn with_single_blanks(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for word in value.split([' ', '\t']).filter(|word| !word.is_empty()) {
        let blank = if out.is_empty() { "" } else { " " };
        out.extend([blank, word]);
    }
    out
}

/// Percent-encodes all but RFC 3986's unreserved characters, and slashes where they are kept.
fn encode(bytes: &[u8], keep_slashes: bool, out: &mut String) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(*byte)),
            b'/' if keep_slashes => out.push('/'),
            byte => {
                out.push('%');
                out.extend(digits(*byte));
            }
        }
    }
}

/// Takes percent-encoding away; what is none stays as it is.
fn decode(text: &str, plus_is_blank: bool) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, behind) {
            (b'%', [high, low, behind @ ..]) if digit(high).is_some() && digit(low).is_some() => {
                out.extend(digit(high).zip(digit(low)).map(|(high, low)| (high * 16 + low) as u8));
                rest = behind;
            }
            (b'+', _) if plus_is_blank => out.push(b' '),
            (byte, _) => out.push(*byte),
        }
    }
    out
}

fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)]))
}
