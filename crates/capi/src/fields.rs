//! Header fields as C reads them: by index, or by name.

use std::ffi::c_char;
use std::ptr;

use facade::Headers;

/// The fields of a message, each name and value NUL-ended: two allocations, however many there are.
pub(crate) struct Fields {
    /// `name NUL value NUL` of each.
    text: Box<[u8]>,
    /// Where each begins.
    at: Box<[Place]>,
}

/// Where a field stands in the text.
#[derive(Clone, Copy)]
struct Place {
    name: usize,
    value: usize,
}

impl Fields {
    /// A table of these.
    pub(crate) fn of(headers: &Headers) -> Self {
        let mut text = Vec::with_capacity(headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
        let at =
            headers.iter().map(|(name, value)| Place { name: push(&mut text, name), value: push(&mut text, value) });
        let at = at.collect();
        Fields { text: text.into(), at }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.at.len()
    }

    /// The name of the field with this index; NULL past the end.
    pub(crate) fn name(&self, index: usize) -> *const c_char {
        self.at.get(index).map_or(ptr::null(), |place| self.from(place.name))
    }

    /// Its value.
    pub(crate) fn value(&self, index: usize) -> *const c_char {
        self.at.get(index).map_or(ptr::null(), |place| self.from(place.value))
    }

    /// The value of the first field of that name, in any case; NULL where there is none.
    pub(crate) fn get(&self, name: &str) -> *const c_char {
        let is_named = |place: &&Place| self.text[place.name..place.value - 1].eq_ignore_ascii_case(name.as_bytes());
        self.at.iter().find(is_named).map_or(ptr::null(), |place| self.from(place.value))
    }

    fn from(&self, start: usize) -> *const c_char {
        self.text[start..].as_ptr().cast()
    }
}

/// Puts a text last, and says where it begins. No field has a NUL in it; if one had, it would read as U+FFFD.
fn push(all: &mut Vec<u8>, text: &str) -> usize {
    let start = all.len();
    for (index, piece) in text.split('\0').enumerate() {
        if index > 0 {
            all.extend_from_slice("\u{fffd}".as_bytes());
        }
        all.extend_from_slice(piece.as_bytes());
    }
    all.push(0);
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lend::text;

    fn read<'a>(pointer: *const c_char) -> Option<&'a str> {
        text(pointer, "field").ok()
    }

    #[test]
    fn a_field_is_found_by_index_and_by_name_in_any_case() {
        let mut headers = Headers::new();
        for (name, value) in [("Host", "a"), ("X-Empty", ""), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")] {
            headers.append(name, value).unwrap();
        }
        let fields = Fields::of(&headers);
        assert_eq!((read(fields.name(0)), read(fields.value(0))), (Some("Host"), Some("a")));
        assert_eq!((read(fields.name(3)), read(fields.value(3))), (Some("set-cookie"), Some("b=2")));
        assert_eq!((fields.name(4), fields.value(usize::MAX)), (ptr::null(), ptr::null()));
        assert_eq!(read(fields.get("SET-COOKIE")), Some("a=1"));
        assert_eq!(read(fields.get("x-empty")), Some(""));
        assert_eq!((fields.get("X"), fields.get("")), (ptr::null(), ptr::null()));
    }

    #[test]
    fn no_fields_are_a_table_too() {
        let fields = Fields::of(&Headers::new());
        assert_eq!((fields.name(0), fields.get("Host")), (ptr::null(), ptr::null()));
    }
}
