//! Rules 26 to 30: redirects, as two servers on loopback see them.
#![allow(clippy::unwrap_used)]

#[path = "support/chain.rs"]
mod chain;

use chain::chain;
use sortie::{Basic, ErrorKind, Method, Phase, Response, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

const DONE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

/// A response without content that leads to `location`.
fn leads_to(status: u16, location: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into()
}

/// A server whose first answer leads to `location`; what follows is done.
fn redirecting(status: u16, location: &str) -> RawServer {
    RawServer::answers(vec![leads_to(status, location), DONE.to_vec()]).unwrap()
}

/// The requests that a server saw, as text.
fn seen(server: &RawServer) -> Vec<String> {
    server.requests().into_iter().map(|request| String::from_utf8(request).unwrap()).collect()
}

/// The values of a field of a request, in order.
fn values<'a>(request: &'a str, name: &str) -> Vec<&'a str> {
    let fields = request.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    fields.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

#[test]
fn rule_26_each_status_keeps_or_turns_the_method_and_its_body() {
    let cases = [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
        ("PUT", 301, "PUT"),
        ("PUT", 302, "PUT"),
        ("PUT", 303, "GET"),
        ("PATCH", 302, "PATCH"),
        ("DELETE", 303, "GET"),
        ("DELETE", 308, "DELETE"),
    ];
    for (method, status, then) in cases {
        let server = redirecting(status, "/next");
        let request = sortie::request(method.parse().unwrap(), server.url("/first")).form([("a", "1")]);
        let response = request.header("Content-Language", "en").header("X-Kept", "yes").send().unwrap();
        assert_eq!(response.text(), "done");
        let last = seen(&server).pop().unwrap();
        assert!(last.starts_with(&format!("{then} /next HTTP/1.1\r\n")), "{method} {status}: {last}");
        assert_eq!(values(&last, "x-kept"), ["yes"]);
        let (body, length) = if then == "GET" { ("", vec![]) } else { ("a=1", vec!["3"]) };
        assert_eq!(last.split_once("\r\n\r\n").unwrap().1, body, "{method} {status}");
        assert_eq!(values(&last, "content-length"), length, "{method} {status}");
        assert_eq!(values(&last, "content-type").is_empty(), then == "GET", "{method} {status}");
        assert_eq!(values(&last, "content-language").is_empty(), then == "GET", "{method} {status}");
    }
}

#[test]
fn rule_26_other_statuses_and_a_missing_or_empty_location_are_answers() {
    for (status, location) in
        [(300, "/next"), (304, "/next"), (305, "/next"), (306, "/next"), (302, ""), (200, "/next")]
    {
        let server = redirecting(status, location);
        let response = sortie::get(server.url("/")).send().unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert!(response.history().is_empty() && server.requests().len() == 1, "{status} {location:?}");
    }
    let server = RawServer::answering(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(sortie::get(server.url("/")).send().unwrap().status().as_u16(), 302);
}

#[test]
fn rule_26_head_is_followed_when_asked_for_and_stays_head() {
    let server = TestServer::start().unwrap();
    assert_eq!(sortie::head(server.url("/redirect/1")).send().unwrap().status().as_u16(), 302);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n".to_vec();
    let server = RawServer::answers(vec![leads_to(303, "/next"), head]).unwrap();
    let response = sortie::head(server.url("/")).redirects(true).send().unwrap();
    assert_eq!((response.status().as_u16(), response.content().len()), (200, 0));
    assert!(seen(&server)[1].starts_with("HEAD /next "));
}

#[test]
fn rule_27_a_body_goes_again_whole_and_never_empty() {
    let body: String = "0123456789abcdef".repeat(64 * 1024);
    let target = RawServer::answering(DONE).unwrap();
    let server = redirecting(307, &target.url("/there"));
    let response = sortie::post(server.url("/")).body(body.clone()).send().unwrap();
    assert_eq!(response.text(), "done");
    for request in [&seen(&server)[0], &seen(&target)[0]] {
        assert_eq!(values(request, "content-length"), ["1048576"]);
        assert!(request.split_once("\r\n\r\n").unwrap().1 == body);
    }
}

#[test]
fn rule_28_a_location_may_be_relative_a_query_another_host_or_raw_utf_8() {
    let cases = [
        ("next", "/a/next", "/a/next#top"),
        ("../next", "/next", "/next#top"),
        ("/next", "/next", "/next#top"),
        ("?c=d", "/a/b?c=d", "/a/b?c=d#top"),
        ("/f#own", "/f", "/f#own"),
        ("/\u{e9}/\u{65e5}?q=\u{fc}", "/%C3%A9/%E6%97%A5?q=%C3%BC", "/%C3%A9/%E6%97%A5?q=%C3%BC#top"),
        ("/with space", "/with%20space", "/with%20space#top"),
        ("/a/../b%2Fc", "/b%2Fc", "/b%2Fc#top"),
    ];
    for (location, target, url) in cases {
        let server = redirecting(302, location);
        let response = sortie::get(server.url("/a/b?x=1#top")).send().unwrap();
        assert_eq!(response.url().to_string(), server.url(url), "{location}");
        assert!(
            seen(&server)[1].starts_with(&format!("GET {target} HTTP/1.1\r\n")),
            "{location}: {}",
            seen(&server)[1]
        );
    }
}

#[test]
fn rule_28_a_location_may_leave_out_the_scheme_alone() {
    let target = RawServer::answering(DONE).unwrap();
    let server = redirecting(302, &format!("//{}/there", target.addr()));
    let response = sortie::get(server.url("/#top")).send().unwrap();
    assert_eq!(response.url().to_string(), target.url("/there#top"));
    assert_eq!(values(&seen(&target)[0], "host"), [target.addr().to_string()]);
}

#[test]
fn rule_28_a_location_that_cannot_be_followed_is_an_error_with_its_cause() {
    for location in ["http://", "http://h:99999/", "ftp://h/", "http://[::1/", "mailto:me"] {
        let server = redirecting(302, location);
        let error = sortie::get(server.url("/")).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Redirect, Some(Phase::Redirect)), "{location}");
        let response = error.response().expect("the redirect itself");
        assert_eq!(response.status().as_u16(), 302);
        let chain = chain(&error);
        let begin = format!("redirect cannot be followed: GET {} (phase redirect) < ", server.url("/"));
        assert!(chain.starts_with(&begin), "{chain}");
        assert!(chain.matches(" < ").count() >= 2, "{location}: no cause in: {chain}");
    }
}

#[test]
fn rule_29_past_the_limit_is_an_error_with_the_whole_history() {
    let server = TestServer::start().unwrap();
    let error = sortie::get(server.url("/redirect/5")).max_redirects(3).tag(9).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TooManyRedirects, Some(Phase::Redirect)));
    assert_eq!((error.attempts(), error.tag()), (4, 9));
    assert!(chain(&error).ends_with(" < more than 3 redirects"), "{}", chain(&error));
    let response = error.response().unwrap();
    assert_eq!(response.url().to_string(), server.url("/redirect/2"));
    let paths: Vec<_> = response.history().iter().map(|response| response.url().to_string()).collect();
    assert_eq!(paths, ["/redirect/5", "/redirect/4", "/redirect/3"].map(|path| server.url(path)));
    assert_eq!(error.url(), Some(server.url("/redirect/2")));
}

#[test]
fn rule_29_the_default_limit_ends_a_loop() {
    let server = RawServer::answering(leads_to(302, "/")).unwrap();
    let error = Session::new().get(server.url("/")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
    assert_eq!(error.response().map(|response| response.history().len()), Some(30));
    assert_eq!((server.requests().len(), server.connections()), (31, 1));
}

#[test]
fn rule_29_a_limit_of_0_fails_on_the_first_and_no_following_returns_it() {
    let server = TestServer::start().unwrap();
    let error = sortie::get(server.url("/redirect/1")).max_redirects(0).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
    assert!(error.response().is_some_and(|response| response.history().is_empty()));
    let response = sortie::get(server.url("/redirect/1")).redirects(false).send().unwrap();
    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(response.headers().get("location"), Some("/get"));
    let session = Session::builder().redirects(false).build().unwrap();
    assert_eq!(session.get(server.url("/redirect/1")).send().unwrap().status().as_u16(), 302);
    assert_eq!(session.get(server.url("/redirect/1")).redirects(true).send().unwrap().status().as_u16(), 200);
}

/// A call with every kind of credential, from one origin to another and back; what was seen there and back.
fn there_and_back(session: &Session) -> (Response, Vec<String>, Vec<String>) {
    let there = RawServer::start(|peer| {
        let Some(request) = peer.read_request()? else { return Ok(()) };
        let request = String::from_utf8_lossy(&request).into_owned();
        // The way back is told in the query.
        let back = request.split_once("?back=").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0.to_owned();
        peer.write(&leads_to(302, &back))
    });
    let there = there.unwrap();
    let addr = there.addr();
    let home = RawServer::start(move |peer| {
        while let Some(request) = peer.read_request()? {
            let request = String::from_utf8_lossy(&request).into_owned();
            let host = values(&request, "x-home")[0].to_owned();
            match request.starts_with("GET /first ") {
                true => peer.write(&leads_to(302, &format!("http://{addr}/?back=http://{host}/last")))?,
                false => peer.write(DONE)?,
            }
        }
        Ok(())
    });
    let home = home.unwrap();
    let request = session.get(home.url("/first")).header("X-Home", home.addr().to_string());
    let request = ["X-Api-Key", "api-key", "X-Auth-User", "Session-Token", "client-secret", "Proxy-Authorization"]
        .into_iter()
        .fold(request, |request, name| request.header(name, "5ecret"));
    let request = request.header("Cookie", "id=5ecret").sensitive_header("X-Quiet", "5ecret");
    let request = request.header("Host", "elsewhere.test").header("X-Open", "kept").header("Tokenizer", "kept");
    let response = request.send().unwrap();
    (response, seen(&home), seen(&there))
}

#[test]
fn rule_30_no_credential_reaches_another_origin_and_what_was_dropped_stays_dropped() {
    let session = Session::builder().auth(Basic::new("user", "5ecret")).build().unwrap();
    let (response, home, there) = there_and_back(&session);
    assert_eq!((response.text().as_ref(), response.history().len()), ("done", 2));
    assert_eq!(home[0].matches("5ecret").count(), 8, "{}", home[0]);
    assert_eq!(values(&home[0], "authorization").len(), 1);
    assert_eq!(values(&home[0], "host"), ["elsewhere.test"]);
    for later in [&there[0], &home[1]] {
        assert!(!later.contains("5ecret"), "{later}");
        for name in ["authorization", "cookie", "x-quiet", "x-api-key", "proxy-authorization"] {
            assert_eq!(values(later, name), [""; 0], "{name}");
        }
        assert_eq!((values(later, "x-open"), values(later, "tokenizer")), (vec!["kept"], vec!["kept"]));
        assert!(!later.contains("elsewhere.test"), "a caller's Host followed: {later}");
    }
    assert_eq!(values(&there[0], "host"), [response.history()[1].url().origin().authority()]);
    assert_eq!(values(&home[1], "host"), [response.url().origin().authority()]);
}

#[test]
fn rule_30_credentials_stay_within_one_origin() {
    let server = redirecting(302, "/next");
    let session = Session::builder().auth(Basic::new("user", "pass")).build().unwrap();
    session.get(server.url("/")).header("X-Api-Key", "mine").header("Host", "named.test").send().unwrap();
    let last = seen(&server).pop().unwrap();
    assert_eq!(values(&last, "authorization"), ["Basic dXNlcjpwYXNz"]);
    assert_eq!(values(&last, "x-api-key"), ["mine"]);
}

#[test]
fn rule_30_userinfo_in_a_location_is_removed() {
    let target = RawServer::answering(DONE).unwrap();
    let server = redirecting(302, &format!("http://user:5ecret@{}/", target.addr()));
    let response = sortie::get(server.url("/")).send().unwrap();
    assert_eq!(response.url().to_string(), target.url("/"));
    let request = seen(&target).pop().unwrap();
    assert_eq!(values(&request, "authorization"), [""; 0]);
    assert!(!request.contains("5ecret"));
}

#[test]
fn rule_30_where_only_https_may_be_asked_http_is_an_error_before_any_io() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().https_only(true).build().unwrap();
    let error = session.get(server.url("/get")).send().unwrap_err();
    assert_eq!((error.phase(), server.connections()), (Some(Phase::Prepare), 0), "{}", chain(&error));
}

#[test]
fn rule_30_a_small_redirect_body_is_drained_and_a_large_one_closes_the_connection() {
    let redirect = |length: usize, chunked: bool| {
        let body = "x".repeat(length);
        let (field, body) = match chunked {
            false => (format!("Content-Length: {length}"), body),
            true => ("Transfer-Encoding: chunked".into(), format!("{length:x}\r\n{body}\r\n0\r\n\r\n")),
        };
        format!("HTTP/1.1 302 Found\r\nLocation: /next\r\n{field}\r\n\r\n{body}").into_bytes()
    };
    for (length, chunked, connections) in
        [(64 * 1024, false, 1), (64 * 1024, true, 1), (64 * 1024 + 1, false, 2), (64 * 1024 + 1, true, 2)]
    {
        let server = RawServer::answers(vec![redirect(length, chunked), DONE.to_vec()]).unwrap();
        let response = Session::new().request(Method::GET, server.url("/")).send().unwrap();
        assert_eq!(response.text(), "done");
        assert_eq!(server.connections(), connections, "{length} bytes, chunked: {chunked}");
    }
}

#[test]
fn a_redirect_whose_body_breaks_is_followed_all_the_same() {
    for broken in ["Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\nnot a size\r\n"] {
        let server = RawServer::start(move |peer| match peer.read_request()? {
            Some(request) if request.starts_with(b"GET /next ") => peer.write(DONE),
            _ => peer.write(format!("HTTP/1.1 302 Found\r\nLocation: /next\r\n{broken}").as_bytes()),
        });
        let server = server.unwrap();
        let response = sortie::get(server.url("/")).send().unwrap();
        assert_eq!((response.text().as_ref(), server.connections()), ("done", 2), "{broken}");
    }
}

#[test]
fn an_error_behind_a_redirect_names_the_last_url_and_has_the_history() {
    let port = sortie_testserver::refused_port();
    let server = redirecting(302, &format!("http://127.0.0.1:{port}/there"));
    let error = sortie::get(server.url("/first")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)));
    assert_eq!(error.url(), Some(format!("http://127.0.0.1:{port}/there")));
    let response = error.response().expect("the redirect");
    assert_eq!((response.status().as_u16(), response.url().to_string()), (302, server.url("/first")));
    assert_eq!(error.attempts(), 1);
}
