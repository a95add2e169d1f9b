//! Link fields (RFC 8288).

use std::fmt;

/// The links of a response, by what they lead to.
///
/// ```
/// use sortie_session::Links;
///
/// let links = Links::parse([r#"<https://h/?page=2,3>; rel="next", </>; rel="index start"; title="a, b""#]);
/// assert_eq!(links.get("next").map(|link| link.target()), Some("https://h/?page=2,3"));
/// assert_eq!(links.get("Start").and_then(|link| link.param("title")), Some("a, b"));
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Links(Vec<Link>);

/// One link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    target: Box<str>,
    params: Vec<(Box<str>, Box<str>)>,
}

impl Links {
    /// Reads Link fields. What is not formed as RFC 8288, section 3 has it ends the field it stands in.
    pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        let mut links = Vec::new();
        for field in fields {
            let mut rest = field;
            while let Some(link) = take_link(&mut rest) {
                links.push(link);
            }
        }
        Links(links)
    }

    /// The first link of that relation, which is compared without case.
    pub fn get(&self, relation: &str) -> Option<&Link> {
        self.0.iter().find(|link| link.relations().any(|it| it.eq_ignore_ascii_case(relation)))
    }

    /// All links, in order, also those that name no relation.
    pub fn iter(&self) -> impl Iterator<Item = &Link> {
        self.0.iter()
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Link {
    /// Where it leads, as it was sent: perhaps relative to the response's URL ([`Url::join`](sortie_http::Url::join)).
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What it leads to: the words of its first `rel`.
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        self.param("rel").unwrap_or_default().split_ascii_whitespace()
    }

    /// The first parameter of that name, which is compared without case. One without a value is empty.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// Names and values of its parameters, in order.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// The target.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)
    }
}

/// Takes one link from the front of `rest`, which begins behind it then.
fn take_link(rest: &mut &str) -> Option<Link> {
    let text = rest.trim_start_matches([' ', '\t', ',']).strip_prefix('<')?;
    let (target, mut text) = text.split_once('>')?;
    let mut link = Link { target: target.trim().into(), params: Vec::new() };
    loop {
        text = trim(text);
        let Some(behind) = text.strip_prefix(';') else {
            break;
        };
        text = trim(behind);
        let end = text.find(['=', ';', ',']).unwrap_or(text.len());
        let name = text[..end].trim_end_matches([' ', '\t']);
        text = &text[end..];
        let mut value = String::new();
        if let Some(behind) = text.strip_prefix('=') {
            text = take_value(trim(behind), &mut value);
        }
        if !name.is_empty() {
            link.params.push((name.into(), value.into()));
        }
    }
    *rest = text;
    Some(link)
}

/// Reads a token or a quoted string from the front of `text`; gives what stands behind it.
fn take_value<'a>(text: &'a str, value: &mut String) -> &'a str {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        value.push_str(text[..end].trim_end_matches([' ', '\t']));
        return &text[end..];
    };
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return &quoted[at + 1..],
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    ""
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}
