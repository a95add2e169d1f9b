//! A JSON document that is read field by field; each of them knows where it stands.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use serde_json::value::RawValue;

use crate::{Ignored, Misfit};

/// How much of a field's name is told.
const NAME: usize = 100;

/// A text that is JSON.
pub(crate) struct Document<'a> {
    text: &'a str,
    /// Where its lines end.
    breaks: Vec<usize>,
}

/// A value, and what it is called.
pub(crate) struct Field<'a> {
    document: &'a Document<'a>,
    path: String,
    value: &'a RawValue,
}

/// The fields of an object that were not asked for yet.
pub(crate) struct Members<'a>(BTreeMap<String, Field<'a>>);

impl<'a> Document<'a> {
    /// Fails where the text is no UTF-8.
    pub(crate) fn new(text: &'a [u8]) -> Result<Self, Misfit> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        match str::from_utf8(text) {
            Ok(text) => Ok(Document { text, breaks: text.match_indices('\n').map(|(at, _)| at).collect() }),
            Err(error) => {
                let line = 1 + text[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
                Err(Misfit::Syntax { line, source: error.into() })
            }
        }
    }

    /// The whole. Fails where the text is no JSON.
    pub(crate) fn whole(&'a self) -> Result<Field<'a>, Misfit> {
        match serde_json::from_str(self.text) {
            Ok(value) => Ok(Field { document: self, path: String::new(), value }),
            Err(error) => Err(Misfit::Syntax { line: error.line().max(1), source: error.into() }),
        }
    }
}

impl<'a> Field<'a> {
    pub(crate) fn is_null(&self) -> bool {
        self.value.get() == "null"
    }

    /// The same, unless it is `null`.
    pub(crate) fn given(self) -> Option<Self> {
        (!self.is_null()).then_some(self)
    }

    pub(crate) fn flag(&self) -> Result<bool, Misfit> {
        serde_json::from_str(self.value.get()).map_err(|_| self.misfit("is neither true nor false"))
    }

    pub(crate) fn text(&self) -> Result<String, Misfit> {
        serde_json::from_str(self.value.get()).map_err(|_| self.misfit("is not a text"))
    }

    /// A whole number that a `T` can hold.
    pub(crate) fn number<T: TryFrom<u64>>(&self) -> Result<T, Misfit> {
        let number: u64 =
            serde_json::from_str(self.value.get()).map_err(|_| self.misfit("is not a whole number from 0 on"))?;
        T::try_from(number).map_err(|_| self.misfit("is too large"))
    }

    pub(crate) fn items(&self) -> Result<Vec<Field<'a>>, Misfit> {
        let items: Vec<&'a RawValue> =
            serde_json::from_str(self.value.get()).map_err(|_| self.misfit("is not a list"))?;
        let item = |(at, value)| Field { path: format!("{}[{at}]", self.path), value, document: self.document };
        Ok(items.into_iter().enumerate().map(item).collect())
    }

    pub(crate) fn members(&self) -> Result<Members<'a>, Misfit> {
        let members: BTreeMap<String, &'a RawValue> =
            serde_json::from_str(self.value.get()).map_err(|_| self.misfit("is not an object"))?;
        let member = |(name, value): (String, &'a RawValue)| {
            let path = match self.path.as_str() {
                "" => shown(&name),
                path => format!("{path}.{}", shown(&name)),
            };
            (name, Field { path, value, document: self.document })
        };
        Ok(Members(members.into_iter().map(member).collect()))
    }

    /// The JSON as it is written.
    pub(crate) fn json(&self) -> &'a str {
        self.value.get()
    }

    /// What is wrong with it.
    pub(crate) fn misfit(&self, is: &'static str) -> Misfit {
        Misfit::Field { line: self.line(), field: self.name(), is }
    }

    /// Why its text cannot be used.
    pub(crate) fn unusable(&self, source: impl StdError + Send + Sync + 'static) -> Misfit {
        Misfit::Text { line: self.line(), field: self.name(), source: source.into() }
    }

    /// That it has no member of this name.
    pub(crate) fn lacks(&self, name: &str) -> Misfit {
        let field = if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) };
        Misfit::Field { line: self.line(), field: field.into(), is: "is missing" }
    }

    fn name(&self) -> Box<str> {
        if self.path.is_empty() { "the whole".into() } else { self.path.as_str().into() }
    }

    fn line(&self) -> usize {
        let at = self.value.get().as_ptr().addr() - self.document.text.as_ptr().addr();
        1 + self.document.breaks.partition_point(|end| *end < at)
    }
}

impl<'a> Members<'a> {
    /// The field of this name, if there is one.
    pub(crate) fn take(&mut self, name: &str) -> Option<Field<'a>> {
        self.0.remove(name)
    }

    /// The fields that were not asked for, by their names.
    pub(crate) fn rest(self) -> impl Iterator<Item = (String, Field<'a>)> {
        self.0.into_iter()
    }

    /// Tells of each field that was not asked for.
    pub(crate) fn pass_over(&mut self, ignored: &mut Vec<Ignored>) {
        ignored.extend(std::mem::take(&mut self.0).into_values().map(|field| Ignored::new(field.line(), field.name())));
    }
}

/// A name that the file has chosen, on one line and not endless.
fn shown(name: &str) -> String {
    name.chars().take(NAME).flat_map(char::escape_debug).collect()
}
