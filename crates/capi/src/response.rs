//! Responses.

use std::mem;
use std::sync::OnceLock;

use facade::Response;

use crate::guard::quiet;

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

/// What C was lent of a response.
#[derive(Default)]
struct Lent {
    /// Stands here since a response that is the program's is mostly asked for nothing.
    whose: Whose,
}

/// Who frees a response.
#[derive(Default)]
enum Whose {
    /// The program.
    #[default]
    Program,
    /// The handle that it stands in, or whoever calls back with it.
    Lender,
}

impl sortie_response {
    pub(crate) fn new(response: Response) -> Self {
        sortie_response { response, lent: OnceLock::new() }
    }

    /// One that is lent: the program's `_free` is ignored.
    pub(crate) fn lent(response: Response) -> Self {
        let lent = Lent { whose: Whose::Lender, ..Lent::default() };
        sortie_response { response, lent: OnceLock::from(Box::new(lent)) }
    }

    fn is_lent(&self) -> bool {
        self.lent.get().is_some_and(|lent| !matches!(lent.whose, Whose::Program))
    }

    pub(crate) fn into_raw(response: Response) -> *mut Self {
        Box::into_raw(Box::new(Self::new(response)))
    }
}

impl sortie_bytes {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        sortie_bytes { data: bytes.as_ptr(), size: bytes.len() }
    }
}

/// The status code.
///
/// Returns: 100 to 599; 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_status(response: Option<&sortie_response>) -> u16 {
    response.map_or(0, |response| response.response.status().as_u16())
}

/// The content, decoded of its content codings.
///
/// Returns: bytes that live as long as `response`; none where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_content(response: Option<&sortie_response>) -> sortie_bytes {
    sortie_bytes::of(response.map_or(&[], |response| response.response.content()))
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
