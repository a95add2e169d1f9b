//! Responses: the handle, the status and the content. What the head says is in [`response_head`](crate::response_head).

use std::ffi::{CString, c_char};
use std::mem;
use std::ptr;
use std::sync::OnceLock;

use facade::Response;

use crate::fault::Fault;
use crate::fields::Fields;
use crate::quiet::quiet;
use crate::text::{Text, Texts};

/// Bytes that a handle lends: they live as long as it. `data` is not NULL, also where `size` is 0; no NUL follows.
#[repr(C)]
pub struct sortie_bytes {
    /// The first of them.
    pub data: *const u8,
    /// How many they are.
    pub size: usize,
}

/// What came back from a call. Reading it is free of races: any thread may, at any time.
pub struct sortie_response {
    response: Response,
    /// What C was lent of it; most responses are asked for little.
    lent: OnceLock<Box<Lent>>,
}

/// What C was lent of a response, each when it was asked for first.
#[derive(Default)]
pub(crate) struct Lent {
    /// Stands here since a response that is the program's is mostly asked for nothing.
    whose: Whose,
    pub(crate) headers: OnceLock<Fields>,
    pub(crate) trailers: OnceLock<Fields>,
    pub(crate) reason: Text,
    pub(crate) url: Text,
    pub(crate) peer: Text,
    encoding: Text,
    /// With a NUL behind it.
    text: OnceLock<Box<[u8]>>,
    pub(crate) history: OnceLock<Box<[sortie_response]>>,
    /// The target of each link, and its relations.
    pub(crate) links: OnceLock<Box<[(CString, CString)]>>,
    pub(crate) warnings: Texts,
    pub(crate) asked: OnceLock<Box<Asked>>,
}

/// What C was lent of the request that a response answers.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) method: Text,
    pub(crate) url: Text,
    pub(crate) headers: OnceLock<Fields>,
}

/// Who frees a response.
#[derive(Default)]
enum Whose {
    /// The program.
    #[default]
    Program,
    /// The handle that it stands in, or whoever calls back with it.
    Lender,
    /// Whoever runs the `response` hook that may change it. What it was before each change, since C was lent that.
    Hook(Vec<sortie_response>),
}

impl sortie_response {
    pub(crate) fn new(response: Response) -> Self {
        sortie_response { response, lent: OnceLock::new() }
    }

    /// One that is lent: the program's `_free` is ignored.
    pub(crate) fn lent(response: Response) -> Self {
        Self::with(response, Whose::Lender)
    }

    /// One that is lent to a hook, which may change it.
    pub(crate) fn for_hook(response: Response) -> Self {
        Self::with(response, Whose::Hook(Vec::new()))
    }

    pub(crate) fn into_raw(response: Response) -> *mut Self {
        Box::into_raw(Box::new(Self::new(response)))
    }

    /// The response itself.
    pub(crate) fn response(&self) -> &Response {
        &self.response
    }

    /// The same, and where what is lent of it is kept.
    pub(crate) fn parts(&self) -> (&Response, &Lent) {
        (&self.response, self.lent.get_or_init(Box::default))
    }

    /// Puts another in its place, if it is a hook's. What was lent of it before stays.
    pub(crate) fn replace(&mut self, response: Response) -> Result<(), Fault> {
        let Some(Whose::Hook(former)) = self.lent.get_mut().map(|lent| &mut lent.whose) else {
            return Err(Fault::argument("response", "is no response hook's, and only those change one"));
        };
        let former = mem::take(former);
        let old = mem::replace(self, Self::with(response, Whose::Hook(former)));
        if let Some(Whose::Hook(former)) = self.lent.get_mut().map(|lent| &mut lent.whose) {
            former.push(old);
        }
        Ok(())
    }

    fn with(response: Response, whose: Whose) -> Self {
        let lent = Lent { whose, ..Lent::default() };
        sortie_response { response, lent: OnceLock::from(Box::new(lent)) }
    }

    fn is_lent(&self) -> bool {
        self.lent.get().is_some_and(|lent| !matches!(lent.whose, Whose::Program))
    }
}

impl sortie_bytes {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        sortie_bytes { data: bytes.as_ptr(), size: bytes.len() }
    }
}

/// The status code.
///
/// Returns: 100 to 999; 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_status(response: Option<&sortie_response>) -> u16 {
    response.map_or(0, |response| response.response.status().as_u16())
}

/// Whether the status is below 400.
///
/// Returns: 1 or 0; 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_is_ok(response: Option<&sortie_response>) -> i32 {
    response.map_or(0, |response| i32::from(response.response.ok()))
}

/// The content, decoded of its content codings. It is not copied.
///
/// Returns: bytes that live as long as `response`; none where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_content(response: Option<&sortie_response>) -> sortie_bytes {
    sortie_bytes::of(response.map_or(&[], |response| response.response.content()))
}

/// The content as text: by its byte order mark, then by the charset of Content-Type, then as UTF-8. What is not valid there
/// reads as U+FFFD; nothing is guessed.
///
/// Returns: UTF-8 behind which a NUL follows, that `size` does not count; there may be others in it. Made when it is asked for
/// first, then it lives as long as `response`; empty where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_text(response: Option<&sortie_response>) -> sortie_bytes {
    let empty = || sortie_bytes { data: c"".as_ptr().cast(), size: 0 };
    let Some(response) = response else { return empty() };
    quiet(empty(), || {
        let (response, lent) = response.parts();
        let text = lent.text.get_or_init(|| {
            let text = response.text();
            let mut ended = Vec::with_capacity(text.len() + 1);
            ended.extend_from_slice(text.as_bytes());
            ended.push(0);
            ended.into()
        });
        sortie_bytes { data: text.as_ptr(), size: text.len() - 1 }
    })
}

/// The name of the encoding that `sortie_response_text` reads the content in, as the Encoding standard spells it: `UTF-8`.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_encoding(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.encoding.get(|| response.encoding().into()))
}

/// Lets a response go, and all that it lent.
///
/// Parameters: `response`: or NULL, which is ignored; so is one that is lent: of a history, by an error, to a callback.
/// Threads: one, when no other reads it any more.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_free(response: Option<Box<sortie_response>>) {
    quiet((), || match response {
        Some(lent) if lent.is_lent() => mem::forget(lent),
        ours => drop(ours),
    });
}

/// A pointer that is lent of a response; NULL where there is no response.
pub(crate) fn read<T>(response: Option<&sortie_response>, read: impl FnOnce(&Response, &Lent) -> *const T) -> *const T {
    let Some(response) = response else { return ptr::null() };
    quiet(ptr::null(), || {
        let (response, lent) = response.parts();
        read(response, lent)
    })
}

/// A number that a response says; 0 where there is no response.
pub(crate) fn count(response: Option<&sortie_response>, count: impl FnOnce(&Response) -> usize) -> usize {
    response.map_or(0, |response| quiet(0, || count(&response.response)))
}
