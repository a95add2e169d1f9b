//! Requests that were not sent yet.

use std::ffi::c_char;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::{mem, ptr};

use facade::{Arguments, BodyArgument, Method, Part, Request};

use crate::draft::Draft;
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{lend, out, text};
use crate::quiet::quiet;
use crate::request_texts::Texts;
use crate::status::sortie_status;

/// A request that was not sent yet. A function that sends it copies it: it can be changed, sent again or freed at once.
pub struct sortie_request {
    request: Request,
    /// The body, while it grows; then it is the one in `ready`.
    draft: Draft,
    /// The request with the body that has grown, since it was changed last.
    ready: OnceLock<Request>,
    /// Whose it is: a hook's is lent, and not freed by the program.
    whose: Whose,
    /// What C was lent of it since it was changed last.
    texts: Texts,
}

/// What was asked for so far, while it is changed.
pub(crate) struct Change<'a> {
    arguments: &'a mut Arguments,
    /// What C was lent before.
    _former: Texts,
}

/// Who owns a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Whose {
    /// The program.
    Program,
    /// The library, which lends it to an `args` hook.
    Hook,
}

impl sortie_request {
    pub(crate) fn new(request: Request) -> Self {
        sortie_request {
            request,
            draft: Draft::None,
            ready: OnceLock::new(),
            whose: Whose::Program,
            texts: Texts::default(),
        }
    }

    /// One that is lent to an `args` hook.
    pub(crate) fn lent(arguments: Arguments) -> Self {
        let mut request = facade::request(Method::GET, "");
        *request.arguments_mut() = arguments;
        sortie_request { whose: Whose::Hook, ..Self::new(request) }
    }

    /// What an `args` hook has made of it.
    pub(crate) fn into_arguments(self) -> Arguments {
        self.whole().arguments().clone()
    }

    /// A copy to be sent.
    pub(crate) fn request(&self) -> Request {
        self.whole().clone()
    }

    /// What was asked for so far, to be changed.
    pub(crate) fn arguments_mut(&mut self) -> Change<'_> {
        let _former = self.forget();
        Change { arguments: self.request.arguments_mut(), _former }
    }

    /// Changes it as a builder does: by value.
    pub(crate) fn change(&mut self, change: impl FnOnce(Request) -> Request) {
        let _former = self.forget();
        let request = mem::replace(&mut self.request, facade::request(Method::GET, ""));
        self.request = change(request);
    }

    /// Sets another body, all of it.
    pub(crate) fn set_body(&mut self, body: BodyArgument) {
        self.arguments_mut().set_body(body);
        self.draft = Draft::None;
    }

    /// Adds a pair to the form that is its body; anything else that was its body goes.
    pub(crate) fn add_pair(&mut self, name: &str, value: &str) {
        let _former = self.forget();
        self.draft.add_pair(self.request.arguments().body(), name, value);
    }

    /// Adds a part to the multipart message that is its body; anything else that was its body goes.
    pub(crate) fn add_part(&mut self, part: Part) {
        let _former = self.forget();
        self.draft.add_part(part);
    }

    /// The request, with the body that has grown.
    fn whole(&self) -> &Request {
        match &self.draft {
            Draft::None => &self.request,
            draft => self.ready.get_or_init(|| draft.over(self.request.clone())),
        }
    }

    /// It is to be changed: what was made of it does not hold any more.
    ///
    /// What C was lent of it has to live until the change is made: it may be what it is changed to.
    #[must_use]
    fn forget(&mut self) -> Texts {
        self.ready = OnceLock::new();
        mem::take(&mut self.texts)
    }

    /// Fails where it is a hook's: `what` is said of connections, which are chosen before hooks are asked.
    pub(crate) fn check_own(&self, what: &str) -> Result<(), Fault> {
        match self.whose {
            Whose::Program => Ok(()),
            Whose::Hook => Err(Fault::argument("request", format_args!("is a hook's, which cannot choose {what}"))),
        }
    }
}

impl Deref for Change<'_> {
    type Target = Arguments;

    fn deref(&self) -> &Arguments {
        self.arguments
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut Arguments {
        self.arguments
    }
}

/// A request of any method, such as `GET` or `POST`. Faults of the URL are told when it is sent.
///
/// Parameters: `method`: a token of RFC 9110; `url`: absolute, or relative where the session has a base URL.
/// Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Ownership: `*request` is yours: free it by `sortie_request_free`.
/// Threads: any; the request belongs to one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_new(
    method: *const c_char,
    url: *const c_char,
    request: *mut *mut sortie_request,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (method, url, out) = (text(method, "method")?, text(url, "url")?, out(request, "request")?);
        let request = sortie_request::new(facade::request(parse_method(method)?, url));
        out.write(Box::into_raw(Box::new(request)));
        Ok(())
    })
}

/// A request that is as this one is now; later changes of one do not reach the other.
///
/// A body that is read by a callback can be sent once, by either of them.
///
/// Parameters: `request`: also one that is lent to a hook; the copy is yours then too.
/// Returns: `SORTIE_ERR_NULL`.
/// Ownership: `*copy` is yours: free it by `sortie_request_free`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_copy(
    request: Option<&sortie_request>,
    copy: *mut *mut sortie_request,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, out) = (lend(request, "request")?, out(copy, "copy")?);
        let copy = sortie_request { draft: request.draft.clone(), ..sortie_request::new(request.request.clone()) };
        out.write(Box::into_raw(Box::new(copy)));
        Ok(())
    })
}

/// The method as it is now.
///
/// Returns: a text that lives until the request is changed or freed; NULL where `request` is NULL.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_method(request: Option<&sortie_request>) -> *const c_char {
    quiet(ptr::null(), || request.map_or(ptr::null(), |it| it.texts.method(it.request.arguments())))
}

/// The URL as it is now: as it was given, without the parameters that were added.
///
/// Returns: a text that lives until the request is changed or freed; NULL where `request` is NULL.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_url(request: Option<&sortie_request>) -> *const c_char {
    quiet(ptr::null(), || request.map_or(ptr::null(), |it| it.texts.url(it.request.arguments())))
}

/// The first header field of that name that is asked for so far. An `args` hook sees the session's among them; what is
/// derived when it is sent, such as Host, is in none.
///
/// Parameters: `name`: in any case.
/// Returns: its value, which lives until the request is changed or freed; NULL where there is none, or a parameter is NULL.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_header(request: Option<&sortie_request>, name: *const c_char) -> *const c_char {
    quiet(ptr::null(), || match (request, text(name, "name")) {
        (Some(request), Ok(name)) => request.texts.header(request.request.arguments(), name),
        _ => ptr::null(),
    })
}

/// Sets another method.
///
/// Parameters: `method`: a token of RFC 9110, such as `PUT`.
/// Returns: `SORTIE_ERR_ARGUMENT` for a method that is no token; `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_method(
    request: Option<&mut sortie_request>,
    method: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, method) = (lend(request, "request")?, parse_method(text(method, "method")?)?);
        request.arguments_mut().set_method(method);
        Ok(())
    })
}

/// Sets another URL. Its faults are told when the request is sent.
///
/// Parameters: `url`: absolute, or relative where the session has a base URL.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_set_url(
    request: Option<&mut sortie_request>,
    url: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (request, url) = (lend(request, "request")?, text(url, "url")?);
        request.arguments_mut().set_url(url);
        Ok(())
    })
}

/// Adds a query parameter to the URL. Several of one name are all sent; they take the place of the session's of that name.
///
/// Parameters: `name`, `value`: not encoded; the library does that.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_UTF8`.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_add_param(
    request: Option<&mut sortie_request>,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let request = lend(request, "request")?;
        let (name, value) = (text(name, "name")?, text(value, "value")?);
        request.arguments_mut().append_param(name, value);
        Ok(())
    })
}

/// Lets a request go.
///
/// Parameters: `request`: or NULL, which is ignored; so is one that is lent to a hook.
/// Threads: the request's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_request_free(request: Option<Box<sortie_request>>) {
    quiet((), || match request {
        Some(request) if request.whose == Whose::Hook => mem::forget(request),
        request => drop(request),
    });
}

/// Reads a method, of a request or of one that is prepared.
pub(crate) fn parse_method(method: &str) -> Result<Method, Fault> {
    method.parse().map_err(|why| Fault::argument("method", format_args!("cannot be used: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lend;
    use crate::request_connecting::sortie_request_set_unix_socket;
    use crate::request_header::{sortie_request_append_header, sortie_request_set_header};
    use crate::status::{SORTIE_ERR_ARGUMENT, SORTIE_ERR_NULL, SORTIE_ERR_UTF8, SORTIE_OK};

    fn read(pointer: *const c_char) -> Option<String> {
        (!pointer.is_null()).then(|| lend::text(pointer, "text").unwrap().to_owned())
    }

    #[test]
    fn what_is_null_or_no_text_changes_nothing() {
        let null = ptr::null_mut();
        let mut request = sortie_request::new(facade::request(Method::GET, "http://127.0.0.1:9/"));
        assert_eq!(sortie_request_set_header(None, c"A".as_ptr(), c"1".as_ptr(), null), SORTIE_ERR_NULL);
        assert_eq!(sortie_request_set_header(Some(&mut request), c"A".as_ptr(), ptr::null(), null), SORTIE_ERR_NULL);
        assert_eq!(sortie_request_set_url(Some(&mut request), c"http://\xff/".as_ptr(), null), SORTIE_ERR_UTF8);
        assert_eq!(sortie_request_set_method(Some(&mut request), c"A B".as_ptr(), null), SORTIE_ERR_ARGUMENT);
        assert_eq!(request.request().arguments().headers().count(), 0);
        assert_eq!(request.request().arguments().url(), "http://127.0.0.1:9/");
        assert_eq!(read(sortie_request_header(Some(&request), ptr::null())), None);
    }

    #[test]
    fn what_is_lent_is_as_the_request_is_now() {
        let null = ptr::null_mut();
        let mut request = sortie_request::new(facade::request(Method::GET, "/"));
        assert_eq!(read(sortie_request_header(Some(&request), c"a".as_ptr())), None);
        assert_eq!(sortie_request_set_header(Some(&mut request), c"A".as_ptr(), c"1".as_ptr(), null), SORTIE_OK);
        assert_eq!(sortie_request_append_header(Some(&mut request), c"a".as_ptr(), c"2".as_ptr(), null), SORTIE_OK);
        let lent = sortie_request_header(Some(&request), c"a".as_ptr());
        assert_eq!(read(lent).as_deref(), Some("1"));
        assert_eq!(lent, sortie_request_header(Some(&request), c"A".as_ptr()));
        assert_eq!(read(sortie_request_method(Some(&request))).as_deref(), Some("GET"));
        assert_eq!(sortie_request_set_method(Some(&mut request), c"PUT".as_ptr(), null), SORTIE_OK);
        assert_eq!(sortie_request_set_url(Some(&mut request), c"/new".as_ptr(), null), SORTIE_OK);
        assert_eq!(read(sortie_request_method(Some(&request))).as_deref(), Some("PUT"));
        assert_eq!(read(sortie_request_url(Some(&request))).as_deref(), Some("/new"));
    }

    #[test]
    fn a_hook_changes_arguments_but_not_the_connection_and_frees_nothing() {
        let null = ptr::null_mut();
        let mut arguments = Arguments::new(Method::POST, "/");
        arguments.set_body(BodyArgument::form([("a", "1")]));
        let mut request = sortie_request::lent(arguments);
        assert_eq!(sortie_request_set_unix_socket(Some(&mut request), c"/tmp/s".as_ptr(), null), SORTIE_ERR_ARGUMENT);
        request.add_pair("b", "2");
        let mut copy: Option<Box<sortie_request>> = None;
        assert_eq!(sortie_request_copy(Some(&request), ptr::from_mut(&mut copy).cast(), null), SORTIE_OK);
        assert!(copy.as_ref().is_some_and(|copy| copy.whose == Whose::Program));
        sortie_request_free(copy);
        let arguments = request.into_arguments();
        let pairs: Vec<_> =
            arguments.body().form_pairs().unwrap().iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "2")]);
    }

    #[test]
    fn a_request_that_is_a_hooks_stays_when_it_is_freed() {
        let handle = Box::new(sortie_request::lent(Arguments::new(Method::GET, "/")));
        let url: std::sync::Arc<str> = "/counted".into();
        let mut handle = handle;
        handle.arguments_mut().set_url(url.clone());
        sortie_request_free(Some(handle));
        // It was not dropped: its URL is still held.
        assert_eq!(std::sync::Arc::strong_count(&url), 2);
    }
}
