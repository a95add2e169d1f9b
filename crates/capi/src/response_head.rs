//! What the head of a response says, and what else came with it.

use std::ffi::{CStr, c_char};
use std::ptr;

use facade::{Headers, Response, Version};

use crate::fields::Fields;
use crate::lend::text;
use crate::response::{Lent, count, read, sortie_response};

/// The reason phrase as it came: empty where there was none.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_reason(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.reason.get(|| response.reason().into()))
}

/// The protocol version that the response named: `HTTP/1.1`, or `HTTP/1.0`.
///
/// Returns: a text that lives for ever; NULL where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_version(response: Option<&sortie_response>) -> *const c_char {
    response.map_or(ptr::null(), |response| version(response.response().version()).as_ptr())
}

/// The URL that answered, after all redirects; its fragment is in it, userinfo is not.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_url(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.url.get(|| response.url().as_str().into()))
}

/// Whom the connection led to, as `127.0.0.1:80` or `[::1]:80`: the proxy, where there is one.
///
/// Returns: a text that lives as long as `response`; NULL where that is NULL, or where there is no such address, as over a Unix socket.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_peer(response: Option<&sortie_response>) -> *const c_char {
    read(response, |response, lent| lent.peer.get_some(|| response.peer().map(|peer| peer.to_string())))
}

/// The value of the first header field of that name.
///
/// Parameters: `name`: in any case.
/// Returns: a text that lives as long as `response`; NULL where there is no such field, or either is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header(response: Option<&sortie_response>, name: *const c_char) -> *const c_char {
    read(response, |response, lent| match text(name, "name") {
        Ok(name) => headers(response, lent).get(name),
        Err(_) => ptr::null(),
    })
}

/// How many header fields there are; one that is repeated counts each time.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.headers().len())
}

/// The name of one of the header fields, spelled as it came.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_name(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| headers(response, lent).name(index))
}

/// The value of one of the header fields.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_header_value(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| headers(response, lent).value(index))
}

/// How many trailer fields that came behind the content there are; one that is repeated counts each time.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.exchange().trailers().map_or(0, Headers::len))
}

/// The name of one of the trailer fields that came behind the content, spelled as it came.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_name(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| trailers(response, lent).name(index))
}

/// The value of one of the trailer fields that came behind the content.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_trailer_value(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| trailers(response, lent).value(index))
}

/// How many hooks went wrong on the way.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_warning_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.warnings().len())
}

/// What one of them says, as `hook 2 of response failed: no such table`.
///
/// Parameters: `index`: from 0, in the order they ran.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_warning(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| lent.warnings.at(index, || response.warnings().iter().map(ToString::to_string)))
}

fn headers<'a>(response: &Response, lent: &'a Lent) -> &'a Fields {
    lent.headers.get_or_init(|| Fields::of(response.headers()))
}

fn trailers<'a>(response: &Response, lent: &'a Lent) -> &'a Fields {
    lent.trailers.get_or_init(|| Fields::of(response.exchange().trailers().unwrap_or(&Headers::new())))
}

fn version(version: Version) -> &'static CStr {
    match version {
        Version::HTTP_10 => c"HTTP/1.0",
        // This library speaks no other.
        _ => c"HTTP/1.1",
    }
}

#[cfg(test)]
mod tests {
    use facade::Session;
    use sortie_testserver::TestServer;

    use super::*;
    use crate::history::*;
    use crate::lend::list;
    use crate::links::*;
    use crate::response::*;
    use crate::response_request::*;

    fn ask(server: &TestServer, path: &str) -> sortie_response {
        let session = Session::builder().trust_env(false).build().unwrap();
        sortie_response::new(session.get(server.url(path)).header("TE", "trailers").send().unwrap())
    }

    fn words<'a>(pointer: *const c_char) -> Option<&'a str> {
        text(pointer, "text").ok()
    }

    #[test]
    fn a_response_tells_what_its_head_says() {
        let server = TestServer::start().unwrap();
        let response = ask(&server, "/get?a=1#part");
        let response = Some(&response);
        assert_eq!((sortie_response_status(response), sortie_response_is_ok(response)), (200, 1));
        assert_eq!(words(sortie_response_reason(response)), Some("OK"));
        assert_eq!(words(sortie_response_version(response)), Some("HTTP/1.1"));
        assert_eq!(words(sortie_response_url(response)), Some(&*server.url("/get?a=1#part")));
        assert_eq!(words(sortie_response_peer(response)), Some(&*server.addr().to_string()));
        assert_eq!(words(sortie_response_encoding(response)), Some("UTF-8"));
        assert_eq!(words(sortie_response_request_method(response)), Some("GET"));
        assert_eq!(words(sortie_response_request_header(response, c"te".as_ptr())), Some("trailers"));
        let by_name = sortie_response_header(response, c"CONTENT-type".as_ptr());
        let index = (0..sortie_response_header_count(response)).find(|&index| {
            words(sortie_response_header_name(response, index)).unwrap().eq_ignore_ascii_case("content-type")
        });
        assert_eq!(sortie_response_header_value(response, index.unwrap()), by_name, "one table");
        assert_eq!(words(by_name), Some("application/json"));
        assert_eq!(words(sortie_response_header(response, c"X-None".as_ptr())), None);
        assert_eq!(words(sortie_response_header(response, ptr::null())), None);
        assert_eq!(words(sortie_response_header_name(response, usize::MAX)), None);
    }

    #[test]
    fn any_thread_may_read() {
        fn shared<T: Send + Sync>() {}
        shared::<sortie_response>();
        shared::<crate::error::sortie_error>();
    }

    #[test]
    fn nothing_is_read_of_no_response() {
        assert_eq!(words(sortie_response_url(None)), None);
        assert_eq!(sortie_response_header_count(None), 0);
        assert!(sortie_response_history(None, 0).is_null());
        let (content, text) = (sortie_response_content(None), sortie_response_text(None));
        assert!(!content.data.is_null() && content.size == 0);
        assert_eq!(list(text.data, text.size + 1, "text").unwrap(), [0]);
    }

    #[test]
    fn a_nul_follows_text_and_content_is_not_copied() {
        let server = TestServer::start().unwrap();
        let response = ask(&server, "/encoding/utf8");
        let text = sortie_response_text(Some(&response));
        let ended = list(text.data, text.size + 1, "text").unwrap();
        assert_eq!((ended.last(), &ended[..text.size]), (Some(&0), response.response().text().as_bytes()));
        assert_eq!(sortie_response_content(Some(&response)).data, response.response().content().as_ptr());
        let empty = ask(&server, "/bytes/0");
        let content = sortie_response_content(Some(&empty));
        assert!(!content.data.is_null() && content.size == 0);
    }

    #[test]
    fn a_history_is_lent_and_read_like_any_response() {
        let server = TestServer::start().unwrap();
        let response = ask(&server, "/redirect/2");
        assert_eq!(sortie_response_history_count(Some(&response)), 2);
        for index in 0..2 {
            let before = sortie_response_history(Some(&response), index);
            let before = list(before, 1, "response").unwrap().first();
            assert_eq!(sortie_response_status(before), 302);
            assert!(words(sortie_response_header(before, c"Location".as_ptr())).is_some());
            assert_eq!(sortie_response_history_count(before), 0);
        }
        assert!(sortie_response_history(Some(&response), 2).is_null());
    }

    #[test]
    fn links_are_found_by_relation_in_any_case() {
        let server = TestServer::start().unwrap();
        let response = ask(&server, "/link-header/3/1");
        let response = Some(&response);
        let next = words(sortie_response_link(response, c"NEXT".as_ptr()));
        let index = (0..sortie_response_link_count(response))
            .find(|&index| words(sortie_response_link_relation(response, index)) == Some("next"));
        assert_eq!(words(sortie_response_link_target(response, index.unwrap())), next);
        assert!(next.is_some_and(|target| target.ends_with("/link-header/3/2")), "{next:?}");
        for none in [c"nex".as_ptr(), c"".as_ptr(), ptr::null()] {
            assert!(sortie_response_link(response, none).is_null());
        }
    }

    #[test]
    fn trailers_are_there_beside_headers() {
        let server = TestServer::start().unwrap();
        let response = ask(&server, "/trailers?X-Sum=abc");
        assert_eq!(sortie_response_trailer_count(Some(&response)), 1);
        assert_eq!(words(sortie_response_trailer_value(Some(&response), 0)), Some("abc"));
        assert!(sortie_response_trailer_name(Some(&response), 1).is_null());
    }
}
