//! Parameters of credentials (RFC 9110, section 11.2): `name=token` or `name="quoted"`, between commas.

/// The parameters of a field, names in lower case, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads what stands behind `scheme`; `None` where that is another scheme, or no list of parameters, or has a name twice.
    pub(crate) fn read(field: &str, scheme: &str) -> Option<Self> {
        let (named, mut rest) = field.split_once(' ')?;
        if !named.eq_ignore_ascii_case(scheme) {
            return None;
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return Some(Self(parameters));
            }
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_end().to_ascii_lowercase();
            let (value, after) = value(after.trim_start())?;
            if !(after.is_empty() || after.starts_with(',')) || parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            parameters.push((name, value));
            rest = after;
        }
    }

    /// The value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A value without its quotes, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return Some((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, quoted[at + 1..].trim_start())),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_between_commas() {
        let read = Parameters::read("dIGEST Realm=\"a, \\\"b\\\\\" ,nc = 1,, uri=\"\"", "Digest").unwrap();
        assert_eq!([read.get("realm"), read.get("nc"), read.get("uri")], [Some("a, \"b\\"), Some("1"), Some("")]);
        assert_eq!(read.get("qop"), None);
    }

    #[test]
    fn what_is_no_list_is_not_read() {
        for field in ["Digest", "Basic a=1", "Digest a", "Digest a=\"1", "Digest a=\"1\" b=2", "Digest a=1, A=2"] {
            assert_eq!(Parameters::read(field, "Digest"), None, "{field}");
        }
    }
}
