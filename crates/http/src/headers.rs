//! Header fields: one buffer and a table of ranges.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::field::{ENTRY, FieldRange};
use crate::{Error, HeadersBuilder};

/// The fields of a message, in the order and case in which they were given or received.
///
/// Names are compared without regard to case. A clone shares the fields; the first change after it copies them.
/// Text and table stand in one allocation, and this is a pointer to it; nothing is allocated per field. To set many
/// fields at once, a [`HeadersBuilder`] is cheaper: each change here costs as much as a copy.
///
/// Values are text. A received field whose bytes are not UTF-8 was read as ISO-8859-1.
#[derive(Clone)]
pub struct Headers {
    /// The text, then the table, then the trailer; nothing at all where there is no field.
    block: Arc<[u8]>,
}

/// What stands at the end of a block: how long the text is; how many fields there are, and in the highest bit whether
/// the text is `Name: value\r\n` for each of them and nothing else.
const TRAILER: usize = 8;

const WIRE: u32 = 1 << 31;

impl Headers {
    /// No fields. Allocates nothing.
    pub fn new() -> Self {
        Headers { block: Arc::default() }
    }

    /// Fields that stand in a received `text`, which is kept whole. `scratch` is only a place to work in.
    ///
    /// The ranges must lie in the text; a range that does not reads as empty. The text must be UTF-8, else
    /// values that are not read as empty. Fails with [`Error::TooLarge`] past 4 GiB.
    pub fn from_received(text: &[u8], fields: &[FieldRange], scratch: &mut Vec<u8>) -> Result<Self, Error> {
        scratch.clear();
        scratch.reserve(text.len() + fields.len() * ENTRY + TRAILER);
        scratch.extend_from_slice(text);
        for field in fields {
            scratch.extend_from_slice(&field.pack());
        }
        Self::from_block(scratch, text.len(), fields.len(), false)
    }

    /// Freezes a block that has its text and table, but not its trailer.
    pub(crate) fn from_block(block: &mut Vec<u8>, text: usize, count: usize, wire: bool) -> Result<Self, Error> {
        let text = u32::try_from(text).map_err(|_| Error::TooLarge)?;
        let count = u32::try_from(count).ok().filter(|count| *count < WIRE).ok_or(Error::TooLarge)?;
        block.extend_from_slice(&text.to_le_bytes());
        block.extend_from_slice(&(count | if wire { WIRE } else { 0 }).to_le_bytes());
        Ok(Headers { block: Arc::from(block.as_slice()) })
    }

    /// How long the text is; how many fields there are, with the bit that says whether it is in the wire's form.
    fn trailer(&self) -> (usize, u32) {
        match self.block.last_chunk::<TRAILER>() {
            Some([a, b, c, d, e, f, g, h]) => {
                (u32::from_le_bytes([*a, *b, *c, *d]) as usize, u32::from_le_bytes([*e, *f, *g, *h]))
            }
            None => (0, WIRE),
        }
    }

    /// How many fields there are; a repeated one counts each time.
    pub fn len(&self) -> usize {
        (self.trailer().1 & !WIRE) as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.ranges().find(|field| self.is_named(field, name)).map(|field| self.value_of(&field))
    }

    /// Every field of that name, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.ranges().filter(move |field| self.is_named(field, name)).map(|field| self.value_of(&field))
    }

    /// All fields of that name as one list, joined by `, ` (RFC 9110, section 5.3).
    ///
    /// Set-Cookie is never joined, since its values hold commas: the first one is given.
    pub fn joined(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values = self.ranges().filter(|field| self.is_named(field, name)).map(|field| self.value_of(&field));
        let first = values.next()?;
        if name.eq_ignore_ascii_case("set-cookie") {
            return Some(Cow::Borrowed(first));
        }
        Some(values.fold(Cow::Borrowed(first), |list, value| Cow::Owned(format!("{list}, {value}"))))
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.ranges().any(|field| self.is_named(&field, name))
    }

    /// Whether any field of that name was marked as a credential.
    pub fn is_sensitive(&self, name: &str) -> bool {
        self.ranges().any(|field| field.sensitive && self.is_named(&field, name))
    }

    /// Names and values, in order.
    pub fn iter(&self) -> Fields<'_> {
        Fields { headers: self, next: 0 }
    }

    /// Sets a field: the first of that name keeps its place, the others go; a new one is put last.
    ///
    /// Fails where the name is no token or the value has a forbidden character; nothing is changed then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.change(|builder| builder.set(name, value))
    }

    /// Puts a field last, beside others of the same name. Fails as [`set`](Self::set) does.
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.change(|builder| builder.append(name, value))
    }

    /// Sets a field that holds a credential: it is dropped when a redirect leaves the origin, and never logged.
    ///
    /// Fails as [`set`](Self::set) does.
    pub fn set_sensitive(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.change(|builder| {
            builder.set(name, value)?;
            builder.mark_sensitive(name);
            Ok(())
        })
    }

    /// Removes every field of that name; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let found = self.contains(name);
        if found {
            self.retain(|field, _, _| !field.eq_ignore_ascii_case(name));
        }
        found
    }

    /// Keeps the fields for which `keep(name, value, sensitive)` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str, bool) -> bool) {
        let mut kept = HeadersBuilder::with_capacity(self.text().len());
        for field in self.ranges() {
            let (name, value) = (self.name_of(&field), self.value_of(&field));
            if keep(name, value, field.sensitive) {
                kept.push(name, value, field.sensitive);
            }
        }
        if kept.len() != self.len() {
            *self = kept.build();
        }
    }

    /// Writes `Name: value` and a line break for each field.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        if self.is_wire() {
            out.extend_from_slice(self.text());
            return;
        }
        for (name, value) in self {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// The text that the fields stand in: what was received, or what [`write_to`](Self::write_to) writes.
    pub fn text(&self) -> &[u8] {
        &self.block[..self.trailer().0]
    }

    pub(crate) fn ranges(&self) -> impl Iterator<Item = FieldRange> + '_ {
        self.table().iter().map(FieldRange::unpack)
    }

    pub(crate) fn is_wire(&self) -> bool {
        self.trailer().1 & WIRE != 0
    }

    fn range(&self, index: usize) -> Option<FieldRange> {
        self.table().get(index).map(FieldRange::unpack)
    }

    fn table(&self) -> &[[u8; ENTRY]] {
        // What is left over is the trailer, which is shorter than an entry.
        self.block[self.trailer().0..].as_chunks::<ENTRY>().0
    }

    fn is_named(&self, field: &FieldRange, name: &str) -> bool {
        usize::from(field.name_length) == name.len() && field.name_in(self.text()).eq_ignore_ascii_case(name.as_bytes())
    }

    fn name_of(&self, field: &FieldRange) -> &str {
        std::str::from_utf8(field.name_in(self.text())).unwrap_or_default()
    }

    fn value_of(&self, field: &FieldRange) -> &str {
        std::str::from_utf8(field.value_in(self.text())).unwrap_or_default()
    }

    fn change(&mut self, change: impl FnOnce(&mut HeadersBuilder) -> Result<(), Error>) -> Result<(), Error> {
        let mut builder = HeadersBuilder::from(&*self);
        change(&mut builder)?;
        *self = builder.build();
        Ok(())
    }
}

/// Names and values of [`Headers`], in order.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    headers: &'a Headers,
    next: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.headers.range(self.next)?;
        self.next += 1;
        Some((self.headers.name_of(&field), self.headers.value_of(&field)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.headers.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Fields<'_> {}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = Fields<'a>;

    fn into_iter(self) -> Fields<'a> {
        self.iter()
    }
}

impl Default for Headers {
    fn default() -> Self {
        Self::new()
    }
}

/// The same fields, in the same order; names in any case.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.block, &other.block)
            || self.len() == other.len()
                && self.iter().zip(other).all(|(a, b)| a.0.eq_ignore_ascii_case(b.0) && a.1 == b.1)
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |field: FieldRange| match field.sensitive {
            true => (self.name_of(&field), "***"),
            false => (self.name_of(&field), self.value_of(&field)),
        };
        f.debug_map().entries(self.ranges().map(shown)).finish()
    }
}
