//! What C is lent of a request.

use std::ffi::c_char;
use std::ptr;
use std::sync::OnceLock;

use facade::Arguments;

use crate::text::Text;

/// Texts of a request, each made when it is asked for first. They live until the request is changed.
#[derive(Debug, Default)]
pub(crate) struct Texts(OnceLock<Box<All>>);

#[derive(Debug, Default)]
struct All {
    method: Text,
    url: Text,
    /// One for each header field.
    values: OnceLock<Box<[Text]>>,
}

impl Texts {
    pub(crate) fn method(&self, arguments: &Arguments) -> *const c_char {
        self.all().method.get(|| arguments.method().to_string())
    }

    pub(crate) fn url(&self, arguments: &Arguments) -> *const c_char {
        self.all().url.get(|| arguments.url().into())
    }

    /// The value of the first header field of that name, in any case.
    pub(crate) fn header(&self, arguments: &Arguments, name: &str) -> *const c_char {
        let found = arguments.headers().enumerate().find(|(_, (it, _))| it.eq_ignore_ascii_case(name));
        let Some((index, (_, value))) = found else { return ptr::null() };
        let values = self.all().values.get_or_init(|| arguments.headers().map(|_| Text::default()).collect());
        values.get(index).map_or(ptr::null(), |text| text.get(|| value.into()))
    }

    fn all(&self) -> &All {
        self.0.get_or_init(Box::default)
    }
}
