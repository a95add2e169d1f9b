use std::fmt;
use std::sync::Arc;

use sortie_http::Host;

/// The list of public suffixes: domains under which anyone may register, so that none may set a cookie for all.
///
/// The default is the Mozilla list as it was when this was compiled. A clone shares the list.
#[derive(Clone, Default)]
pub struct Suffixes(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Compiled,
    Given(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl Suffixes {
    /// A list of one's own: `is_suffix` says of a name, in lower case and punycode, whether it is a public suffix.
    ///
    /// It is asked for the host and then its parents until one is, at every look-up, so it should be fast. A name of
    /// one label is always a public suffix.
    pub fn new(is_suffix: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Suffixes(Source::Given(Arc::new(is_suffix)))
    }

    /// The public suffix of a name and one label before it; `None` where the name itself is a public suffix.
    pub fn registrable<'a>(&self, name: &'a str) -> Option<&'a str> {
        match &self.0 {
            Source::Compiled => {
                let length = psl::domain(name.as_bytes())?.as_bytes().len();
                name.get(name.len().checked_sub(length)?..)
            }
            Source::Given(is_suffix) => {
                let mut child = None;
                let mut rest = name;
                while !is_suffix(rest) {
                    let Some((_, parent)) = rest.split_once('.').filter(|(_, parent)| !parent.is_empty()) else {
                        return child;
                    };
                    child = Some(rest);
                    rest = parent;
                }
                child
            }
        }
    }

    /// What the jar sorts by: a name's registrable domain, else the host itself.
    pub(crate) fn site<'a>(&self, host: &Host, text: &'a str) -> &'a str {
        match host {
            Host::Name(_) => self.registrable(text).unwrap_or(text),
            Host::Ip(_) => text,
        }
    }
}

impl fmt::Debug for Suffixes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Compiled => "Suffixes(compiled)",
            Source::Given(_) => "Suffixes(given)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_22_the_compiled_list_knows_wildcards_exceptions_and_private_suffixes() {
        let list = Suffixes::default();
        for (name, wanted) in [
            ("com", None),
            ("example.com", Some("example.com")),
            ("a.b.example.com", Some("example.com")),
            ("co.uk", None),
            ("www.example.co.uk", Some("example.co.uk")),
            ("a.ck", None),
            ("b.a.ck", Some("b.a.ck")),
            ("www.ck", Some("www.ck")),
            ("github.io", None),
            ("me.github.io", Some("me.github.io")),
            ("localhost", None),
            ("printer.local", Some("printer.local")),
            ("www.example.com.", Some("example.com.")),
        ] {
            assert_eq!(list.registrable(name), wanted, "{name}");
        }
    }

    #[test]
    fn rule_22_the_list_can_be_replaced() {
        let list = Suffixes::new(|name| name == "corp.example");
        for (name, wanted) in [
            ("corp.example", None),
            ("a.corp.example", Some("a.corp.example")),
            ("b.a.corp.example", Some("a.corp.example")),
            ("www.co.uk", Some("co.uk")),
            ("uk", None),
            ("co.uk.", Some("co.uk.")),
        ] {
            assert_eq!(list.registrable(name), wanted, "{name}");
        }
    }
}
