use std::fmt;
use std::sync::Arc;

/// Dropped whatever the list says.
const ALWAYS: &[&str] = &["authorization", "proxy-authorization", "cookie"];

/// What else looks like a credential, unless a program knows better.
const USUAL: &[&str] = &["x-api-key", "api-key", "x-auth-*", "*-token", "*-secret"];

/// The names of header fields that no other origin may see: a redirect that leaves the origin drops them.
///
/// Authorization, Proxy-Authorization, Cookie and every field that is marked as sensitive are dropped in any case. The
/// list here is of further names; by default `x-api-key`, `api-key`, `x-auth-*`, `*-token` and `*-secret`. A clone
/// shares it.
#[derive(Clone, Default)]
pub struct Credentials(List);

#[derive(Clone, Default)]
enum List {
    #[default]
    Usual,
    Given(Arc<[Box<str>]>),
}

impl Credentials {
    /// These names in place of the usual ones, in any case. A `*` at an end stands for any text, none too.
    ///
    /// ```
    /// use sortie_policy::Credentials;
    ///
    /// let credentials = Credentials::new(["X-Session", "corp-*"]);
    /// assert!(credentials.holds("x-session") && credentials.holds("Corp-Id") && credentials.holds("Cookie"));
    /// assert!(!credentials.holds("X-Api-Key"));
    /// ```
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        Credentials(List::Given(names.into_iter().map(|name| name.as_ref().into()).collect()))
    }

    /// The names, without those that are always dropped.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (usual, given) = match &self.0 {
            List::Usual => (USUAL, &[][..]),
            List::Given(names) => (&[][..], &**names),
        };
        usual.iter().copied().chain(given.iter().map(|name| &**name))
    }

    /// Whether a field of that name is dropped when the origin is left.
    pub fn holds(&self, name: &str) -> bool {
        ALWAYS.iter().any(|known| known.eq_ignore_ascii_case(name)) || self.names().any(|pattern| fits(name, pattern))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn fits(name: &str, pattern: &str) -> bool {
    let name = name.as_bytes();
    let is_at = |start: usize, part: &str| {
        name.get(start..start + part.len()).is_some_and(|text| text.eq_ignore_ascii_case(part.as_bytes()))
    };
    let is_end = |part: &str| name.len() >= part.len() && is_at(name.len() - part.len(), part);
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (None, None) => name.eq_ignore_ascii_case(pattern.as_bytes()),
        (None, Some(start)) => is_at(0, start),
        (Some(end), None) => is_end(end),
        (Some(rest), Some(_)) => {
            let middle = rest.strip_suffix('*').unwrap_or(rest);
            (0..=name.len()).any(|start| is_at(start, middle))
        }
    }
}
