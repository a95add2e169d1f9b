//! Named values in order: header fields and parameters as they were asked for, not yet checked.

use std::fmt;

/// A list of [`Entry`]. What a name is compared by is told to each method, since fields and parameters differ in it.
#[derive(Clone, Default)]
pub(crate) struct Entries(Vec<Entry>);

/// A name and what it is set to; no value takes a value away that stands below it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Box<str>,
    pub(crate) value: Option<Box<str>>,
    pub(crate) source: Source,
    /// Marked as a credential by whoever set it.
    pub(crate) sensitive: bool,
}

/// Who asked for an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// Nobody: every request has it.
    Default,
    /// The session.
    Session,
    /// The request, or a hook.
    Request,
}

/// An entry, lent.
#[derive(Clone, Copy)]
pub(crate) struct Laid<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
    pub(crate) source: Source,
    pub(crate) sensitive: bool,
}

/// Whether two names are the same field's.
pub(crate) fn same_field(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether two names are the same parameter's.
pub(crate) fn same_param(a: &str, b: &str) -> bool {
    a == b
}

impl Entries {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_slice(&self) -> &[Entry] {
        &self.0
    }

    /// These entries, to be shown: the values of further names are masked too.
    pub(crate) fn masked(&self, is_secret: impl Fn(&str) -> bool) -> Entries {
        let mask = |entry: &Entry| Entry { sensitive: entry.sensitive || is_secret(&entry.name), ..entry.clone() };
        self.0.iter().map(mask).collect()
    }

    /// Names and values, in order, without what is taken away.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|entry| Some((&*entry.name, entry.value.as_deref()?)))
    }

    /// The first entry of its name keeps its place, the others go; a new one is put last.
    pub(crate) fn set(&mut self, entry: Entry, same: impl Fn(&str, &str) -> bool) {
        let Some(place) = self.0.iter().position(|it| same(&it.name, &entry.name)) else {
            return self.0.push(entry);
        };
        let mut index = 0;
        self.0.retain(|it| {
            index += 1;
            index <= place + 1 || !same(&it.name, &entry.name)
        });
        self.0[place] = entry;
    }

    /// Removes the entries whose name `is_it` holds for.
    pub(crate) fn remove(&mut self, is_it: impl Fn(&str) -> bool) {
        self.0.retain(|entry| !is_it(&entry.name));
    }

    /// Puts an entry last, beside others of its name.
    pub(crate) fn append(&mut self, entry: Entry) {
        self.0.push(entry);
    }
}

impl Entry {
    pub(crate) fn new(name: &str, value: Option<&str>, source: Source) -> Self {
        Entry { name: name.into(), value: value.map(Into::into), source, sensitive: false }
    }

    pub(crate) fn sensitive(name: &str, value: &str, source: Source) -> Self {
        Entry { sensitive: true, ..Entry::new(name, Some(value), source) }
    }
}

impl<'a> Laid<'a> {
    /// What every request has, unless somebody says otherwise.
    pub(crate) fn default(name: &'a str, value: &'a str) -> Self {
        Laid { name, value: Some(value), source: Source::Default, sensitive: false }
    }
}

impl<'a> From<&'a Entry> for Laid<'a> {
    fn from(entry: &'a Entry) -> Self {
        Laid { name: &entry.name, value: entry.value.as_deref(), source: entry.source, sensitive: entry.sensitive }
    }
}

impl From<&Laid<'_>> for Entry {
    fn from(laid: &Laid<'_>) -> Self {
        Entry { sensitive: laid.sensitive, ..Entry::new(laid.name, laid.value, laid.source) }
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Entries(entries.into_iter().collect())
    }
}

/// Values that are marked, or whose names look secret, are masked.
impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |entry: &Entry| match entry.sensitive || sortie_log::is_secret_name(&entry.name) {
            true => (entry.name.clone(), entry.value.as_ref().map(|_| "***".into())),
            false => (entry.name.clone(), entry.value.clone()),
        };
        f.debug_map().entries(self.0.iter().map(shown)).finish()
    }
}
