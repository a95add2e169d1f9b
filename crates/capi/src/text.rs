//! Texts that a handle owns and lends to C.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::OnceLock;

/// A text that is made when it is asked for first, and then stays as long as its handle. Any thread may ask.
#[derive(Debug, Default)]
pub(crate) struct Text(OnceLock<CString>);

impl Text {
    /// The text, NUL-ended. `make` is asked once.
    pub(crate) fn get(&self, make: impl FnOnce() -> String) -> *const c_char {
        self.0.get_or_init(|| c_string(make())).as_ptr()
    }

    /// The same, of a text that may be missing: NULL then.
    pub(crate) fn get_some(&self, make: impl FnOnce() -> Option<String>) -> *const c_char {
        match self.0.get() {
            Some(text) => text.as_ptr(),
            None => make().map_or(ptr::null(), |text| self.get(|| text)),
        }
    }
}

/// Several texts, made like one: all of them when one is asked for first.
#[derive(Debug, Default)]
pub(crate) struct Texts(OnceLock<Box<[CString]>>);

impl Texts {
    /// The text with this index; NULL past the end. `make` is asked once.
    pub(crate) fn at<I: Iterator<Item = String>>(&self, index: usize, make: impl FnOnce() -> I) -> *const c_char {
        self.all(make).get(index).map_or(ptr::null(), |text| text.as_ptr())
    }

    /// All of them.
    pub(crate) fn all<I: Iterator<Item = String>>(&self, make: impl FnOnce() -> I) -> &[CString] {
        self.0.get_or_init(|| make().map(c_string).collect())
    }
}

/// A text for C. A NUL in it, which no URL, field or message has, shows as U+FFFD.
pub(crate) fn c_string(text: impl Into<String>) -> CString {
    let text = text.into();
    CString::new(text).unwrap_or_else(|error| {
        let bytes = error.into_vec();
        let text = String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
        CString::new(text).unwrap_or_default()
    })
}
