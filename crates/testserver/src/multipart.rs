//! The parts of multipart/form-data (RFC 7578), read simply.
//!
//! What is not a part is passed over: this is an echo, not a judge.

use memchr::memmem;

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// The field's name.
    pub(crate) name: String,
    /// It has a file name.
    pub(crate) file: bool,
    /// Its own type, empty where it gives none.
    pub(crate) content_type: String,
    /// What it holds.
    pub(crate) content: &'a [u8],
}

/// The boundary that a Content-Type names.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary")
}

/// The parts between the delimiters, in order; those without a name are left out.
pub(crate) fn parts<'a>(content: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n{opening}");
    let mut rest = match content.strip_prefix(opening.as_bytes()) {
        Some(rest) => rest,
        None => match memmem::find(content, delimiter.as_bytes()) {
            Some(at) => &content[at + delimiter.len()..],
            None => return parts,
        },
    };
    // After a delimiter stands a line break and a part, or two hyphens and the end.
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let Some(end) = memmem::find(part, delimiter.as_bytes()) else { break };
        parts.extend(read(&part[..end]));
        rest = &part[end + delimiter.len()..];
    }
    parts
}

/// A part from its head and content.
fn read(part: &[u8]) -> Option<Part<'_>> {
    let end = memmem::find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&part[..end]);
    let field = |name: &str| {
        head.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let disposition = field("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        file: parameter(&disposition, "filename").is_some(),
        content_type: field("content-type").unwrap_or_default(),
        content: &part[end + 4..],
    })
}

/// The value of `; name=value` or `; name="value"`, escapes kept.
fn parameter(field: &str, name: &str) -> Option<String> {
    let mut rest = field;
    loop {
        rest = rest.split_once(';')?.1.trim_start();
        let (key, value) = rest.split_once('=')?;
        let found = match value.strip_prefix('"') {
            Some(quoted) => {
                let (inside, after) = quoted.split_once('"')?;
                rest = after;
                inside
            }
            None => value.split(';').next().unwrap_or_default().trim(),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(found.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_behind_a_quoted_semicolon() {
        assert_eq!(parameter("form-data; filename=\"a;name=b\"; name=c", "name").as_deref(), Some("c"));
        assert_eq!(parameter("form-data; name=\"\"", "name").as_deref(), Some(""));
        assert_eq!(parameter("form-data", "name"), None);
    }

    #[test]
    fn parts_stand_between_delimiters() {
        let content = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n\
            content-disposition: form-data; name=f; filename=\"\"\r\nContent-Type: x/y\r\n\r\n\r\n-B\xff\r\n--B--\r\n";
        let expected = [
            Part { name: "a".into(), file: false, content_type: String::new(), content: b"1" },
            Part { name: "f".into(), file: true, content_type: "x/y".into(), content: b"\r\n-B\xff" },
        ];
        assert_eq!(parts(content, "B"), expected);
    }

    #[test]
    fn a_part_without_an_end_is_left_out() {
        assert_eq!(parts(b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "B"), []);
        assert_eq!(parts(b"no delimiter at all", "B"), []);
    }
}
