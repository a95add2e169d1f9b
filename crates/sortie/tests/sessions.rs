//! What a session keeps and brings: defaults, credentials, cookies, connections.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sortie::{Basic, Bearer, CancelToken, Error, ErrorKind, Phase, Request, Response, Session};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, refused_port};
use support::heads::{OK, chain, heads, values};

/// Much longer than anything takes here; only a failing test waits for so long.
const LONG: Duration = Duration::from_secs(60);

fn json(response: &Response) -> Value {
    response.json().unwrap()
}

/// A redirect to `location` that also has these fields, each ended by a line break.
fn redirect(location: &str, fields: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n{fields}Content-Length: 0\r\n\r\n").into()
}

/// What each request so far brought as Cookie.
fn cookies(server: &RawServer) -> Vec<Vec<String>> {
    heads(server).iter().map(|head| values(head, "Cookie").into_iter().map(String::from).collect()).collect()
}

fn names(response: &Response) -> Vec<String> {
    response.cookies().iter().map(|cookie| cookie.name().to_owned()).collect()
}

#[test]
fn the_types_of_the_facade_go_from_thread_to_thread() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    fn moved<T: Send + 'static>() {}
    shared::<Session>();
    shared::<Request>();
    shared::<Response>();
    shared::<Error>();
    shared::<CancelToken>();
    moved::<sortie::Batch>();
    moved::<sortie::SessionBuilder>();
}

#[test]
fn rule_1_a_session_keeps_a_cookie_and_sends_it() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    let set = session.get(server.url("/cookies/set/sessioncookie/123456789")).send().unwrap();
    assert_eq!((set.status().as_u16(), set.history().len()), (200, 1));
    let response = session.get(server.url("/cookies")).send().unwrap();
    assert_eq!(json(&response), serde_json::json!({"cookies": {"sessioncookie": "123456789"}}));
    session.get(server.url("/cookies/delete?sessioncookie")).send().unwrap();
    let response = session.get(server.url("/cookies")).send().unwrap();
    assert_eq!(json(&response), serde_json::json!({"cookies": {}}));
}

#[test]
fn rule_1_two_sessions_share_no_cookie_unless_they_share_a_jar() {
    let server = TestServer::start().unwrap();
    let (one, other) = (Session::new(), Session::new());
    one.get(server.url("/cookies/set/a/1")).send().unwrap();
    assert_eq!(json(&other.get(server.url("/cookies")).send().unwrap())["cookies"], serde_json::json!({}));
    let third = Session::builder().jar(one.cookies().unwrap().clone()).build().unwrap();
    assert_eq!(json(&third.get(server.url("/cookies")).send().unwrap())["cookies"]["a"], "1");
    let none = Session::builder().cookies(false).build().unwrap();
    none.get(server.url("/cookies/set/a/1")).send().unwrap();
    assert!(none.cookies().is_none());
    assert_eq!(json(&none.get(server.url("/cookies")).send().unwrap())["cookies"], serde_json::json!({}));
}

#[test]
fn rule_2_the_sessions_headers_and_auth_go_along_with_the_requests_own() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().header("x-test", "true").auth(Basic::new("user", "pass")).build().unwrap();
    let response = session.get(server.url("/headers")).header("x-test2", "true").send().unwrap();
    let headers = &json(&response)["headers"];
    assert_eq!((&headers["X-Test"], &headers["X-Test2"]), (&Value::from("true"), &Value::from("true")));
    assert_eq!(headers["Authorization"], "Basic dXNlcjpwYXNz");
    let response = session.get(server.url("/headers")).send().unwrap();
    assert_eq!(json(&response)["headers"]["X-Test2"], Value::Null);
    let response = session.get(server.url("/basic-auth/user/pass")).send().unwrap();
    assert_eq!(json(&response)["authenticated"], true);
}

#[test]
fn rule_2_a_session_closes_its_connections_when_it_is_dropped() {
    let (told, closed) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        while peer.read_request()?.is_some() {
            peer.write(OK.as_bytes())?;
        }
        let _ = told.send(peer.number());
        Ok(())
    })
    .unwrap();
    let session = Session::new();
    let response = session.get(server.url("/")).send().unwrap();
    let batch = session.clone().map([session.get(server.url("/")), session.get(server.url("/"))]);
    assert!(batch.iter().all(Result::is_ok));
    assert!(closed.try_recv().is_err(), "a connection was not kept");
    drop(session);
    for _ in 0..server.connections() {
        closed.recv_timeout(LONG).expect("a connection outlives its session");
    }
    // Nor does a response, which is still here, keep one.
    assert_eq!((response.status().as_u16(), batch.len()), (200, 2));
}

#[test]
fn rule_2_calls_one_after_the_other_use_one_connection() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    for path in ["/get", "/status/404", "/redirect/2", "/chunked/1000", "/cookies/set/a/1"] {
        session.get(server.url(path)).send().unwrap();
    }
    session.post(server.url("/post")).json(&1).send().unwrap();
    session.batch().concurrency(1).map([session.get(server.url("/get")), session.get(server.url("/get"))]);
    assert_eq!((server.connections(), server.requests()), (1, 11));
}

#[test]
fn rule_4_map_brings_answers_in_order_and_every_response_hook_has_run() {
    let server = TestServer::start().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let request = |index: u64| {
        let seen = seen.clone();
        let url = server.url(&format!("/anything/{index}"));
        sortie::get(url).on_response(move |response: &Response| {
            seen.lock().unwrap().push(response.tag());
            Some(response.clone().with_content(format!("seen {}", response.tag())))
        })
    };
    let requests: Vec<Request> = (0..50).map(|index| request(index).tag(index)).collect();
    assert_eq!(server.requests(), 0);
    let answers = sortie::map(requests);
    for (index, answer) in answers.iter().enumerate() {
        let answer = answer.as_ref().unwrap();
        assert_eq!(answer.url().path(), format!("/anything/{index}"));
        assert_eq!(answer.text(), format!("seen {index}"));
    }
    assert_eq!(answers.len(), 50);
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..50).collect::<Vec<_>>());
}

#[test]
fn rule_21_each_source_of_credentials_yields_to_those_above_it() {
    let server = RawServer::answering(OK).unwrap();
    let sent = |request: Request| {
        request.send().unwrap();
        let head = heads(&server).pop().unwrap();
        values(&head, "Authorization").into_iter().map(String::from).collect::<Vec<_>>()
    };
    let with_userinfo = format!("http://us%40er:p%3Ass%2F@{}/", server.addr());
    let plain = server.url("/");

    let header_only = Session::builder().header("Authorization", "of the session").build().unwrap();
    assert_eq!(sent(header_only.get(&plain)), ["of the session"]);
    let session =
        Session::builder().header("Authorization", "of the session").auth(("session", "auth")).build().unwrap();
    assert_eq!(sent(session.get(&plain)), ["Basic c2Vzc2lvbjphdXRo"]);
    assert_eq!(sent(session.get(&with_userinfo)), ["Basic dXNAZXI6cDpzcy8="]);
    let own_header = session.get(&with_userinfo).header("authorization", "of the request");
    assert_eq!(sent(own_header.clone()), ["of the request"]);
    assert_eq!(sent(own_header.auth(Bearer::new("t0ken"))), ["Bearer t0ken"]);
    assert_eq!(sent(session.get(&plain).auth(None)), ["of the session"]);
    assert_eq!(sent(Session::new().get(&plain)), Vec::<String>::new());
    assert_eq!(sent(sortie::get(format!("http://user@{}/", server.addr()))), ["Basic dXNlcjo="]);
    assert_eq!(sent(sortie::get(&plain).auth(Basic::new("Ünï", "pä:ss"))), ["Basic w5xuw686cMOkOnNz"]);
}

#[test]
fn rule_21_userinfo_is_not_in_the_target_in_host_or_in_what_is_told() {
    let server = RawServer::answering(OK).unwrap();
    let request = sortie::get(format!("http://user:5ecret@{}/p?q#f", server.addr()));
    assert!(!format!("{request:?}").contains("5ecret"));
    let response = request.send().unwrap();
    let head = heads(&server).pop().unwrap();
    assert_eq!((&*head[0], &*head[1]), ("GET /p?q HTTP/1.1", &*format!("Host: {}", server.addr())));
    assert!(values(&head, "Referer").is_empty());
    assert_eq!(response.url().as_str(), server.url("/p?q#f"));
    let told = format!("{response:?} {:?} {:?}", response.request(), response.raise_for_status());
    assert!(!told.contains("5ecret") && !told.contains("dXNlcjo1ZWNyZXQ"), "{told}");
}

#[test]
fn rule_21_userinfo_is_in_no_error() {
    let server = RawServer::answering("garbage\r\n\r\n").unwrap();
    let silent = RawServer::start(|peer| peer.stall()).unwrap();
    let elsewhere = RawServer::answering(redirect("http://user:5ecret@h:x/", "")).unwrap();
    for (address, kind) in [
        (format!("user:5ecret@127.0.0.1:{}/", refused_port()), ErrorKind::Connect),
        (format!("user:5ecret@{}/", server.addr()), ErrorKind::Protocol),
        (format!("user:5ecret@{}/", silent.addr()), ErrorKind::TotalTimeout),
        (elsewhere.addr().to_string(), ErrorKind::Redirect),
        ("user:5ecret@name.invalid/".into(), ErrorKind::Resolve),
        ("user:5ecret@:80/".into(), ErrorKind::InvalidUrl),
        ("user:5ecret@h:x/".into(), ErrorKind::InvalidUrl),
        ("user:5ecret@h/\n".into(), ErrorKind::InvalidUrl),
        ("us%0Aer:5ecret@h/".into(), ErrorKind::InvalidArgument),
    ] {
        let request = sortie::get(format!("http://{address}"));
        let request =
            if kind == ErrorKind::TotalTimeout { request.timeout(Duration::from_millis(50)) } else { request };
        let error = request.send().unwrap_err();
        assert_eq!(error.kind(), kind, "{}", chain(&error));
        let told = format!("{} {error:?} {:?} {:?}", chain(&error), error.url(), error.request());
        assert!(!told.contains("5ecret") && !told.contains("dXNlcjo1ZWNyZXQ"), "{told}");
    }
}

#[test]
fn rule_21_credentials_that_cannot_be_sent_are_an_error_before_any_io() {
    let server = RawServer::answering(OK).unwrap();
    for request in [
        sortie::get(server.url("/")).auth(Basic::new("us:er", "5ecret")),
        sortie::get(server.url("/")).auth(Basic::new("user", "5ecret\n")),
        sortie::get(server.url("/")).auth(Bearer::new("5ecret\r\nX-Evil: 1")),
    ] {
        let error = request.send().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::InvalidHeader), "{}", chain(&error));
        assert!(!format!("{} {error:?}", chain(&error)).contains("5ecret"));
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_fails_as_it_begins_ends_at_once() {
    // No timeout would end the wait. First on a new loop, then on one that has been used.
    let server = TestServer::start().unwrap();
    let session = Session::builder().connect_timeout(None).build().unwrap();
    for _ in 0..2 {
        let error = session.get("http://h/").unix_socket("/does/not/exist").send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)), "{error}");
        session.get(server.url("/get")).send().unwrap();
    }
}

#[test]
fn rule_23_cookies_of_every_exchange_are_kept_and_sent_on() {
    let last = "HTTP/1.1 200 OK\r\nSet-Cookie: c=3\r\nContent-Length: 0\r\n\r\n";
    let answers = || vec![redirect("/2", "Set-Cookie: a=1\r\n"), redirect("/3", "Set-Cookie: b=2\r\n"), last.into()];
    let server = RawServer::answers(answers()).unwrap();
    let session = Session::new();
    let response = session.get(server.url("/1")).send().unwrap();
    assert_eq!(names(&response), ["c"]);
    assert_eq!(response.history().iter().map(names).collect::<Vec<_>>(), [["a"], ["b"]]);
    assert_eq!(response.request().headers().get("Cookie"), Some("a=1; b=2"));
    session.get(server.url("/4")).send().unwrap();
    assert_eq!(cookies(&server), [vec![], vec!["a=1"], vec!["a=1; b=2"], vec!["a=1; b=2; c=3"]]);

    // Without a session they live as long as the call.
    let server = RawServer::answers(answers()).unwrap();
    sortie::get(server.url("/1")).send().unwrap();
    sortie::get(server.url("/4")).send().unwrap();
    assert_eq!(cookies(&server), [vec![], vec!["a=1"], vec!["a=1; b=2"], vec![]]);
}

#[test]
fn rule_24_a_requests_own_cookies_are_not_stored() {
    let server = RawServer::answers(vec![redirect("/2", "Set-Cookie: jar=1\r\n"), OK.into()]).unwrap();
    let session = Session::new();
    session.get(server.url("/1")).cookie("own", "1").cookie("own2", "2").send().unwrap();
    session.get(server.url("/3")).send().unwrap();
    session.get(server.url("/4")).cookie("jar", "mine").send().unwrap();
    let expected = [vec!["own=1; own2=2"], vec!["jar=1; own=1; own2=2"], vec!["jar=1"], vec!["jar=mine"]];
    assert_eq!(cookies(&server), expected);
    let error = session.get(server.url("/")).cookie("a", "1; b=2").send().unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidArgument, 4), "{error}");
}

#[test]
fn rule_24_a_requests_own_cookies_leave_its_origin_neither_on_the_way_there_nor_back() {
    let away = RawServer::start(|peer| {
        while let Some(request) = peer.read_request()? {
            let head = String::from_utf8_lossy(&request).into_owned();
            let back = head.split_once("/to?").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0.to_owned();
            peer.write(&redirect(&back, ""))?;
        }
        Ok(())
    })
    .unwrap();
    let home = RawServer::answers(vec![OK.into(), OK.into(), OK.into()]).unwrap();
    let via = away.url(&format!("/to?{}", home.url("/home")));
    let first = RawServer::answering(redirect(&via, "")).unwrap();
    let session = Session::new();
    session.get(first.url("/")).cookie("own", "1").send().unwrap();
    session.get(first.url("/")).header("cookie", "explicit=1").send().unwrap();
    assert_eq!(cookies(&first), [["own=1"], ["explicit=1"]]);
    assert_eq!(cookies(&away), [Vec::<String>::new(), vec![]]);
    assert_eq!(cookies(&home), [Vec::<String>::new(), vec![]]);
}

#[test]
fn rule_24_an_explicit_cookie_field_wins_over_the_jar() {
    let server = RawServer::answers(vec![
        OK.replace("\r\n\r\n", "\r\nSet-Cookie: jar=1\r\n\r\n").into(),
        redirect("/same", ""),
        OK.into(),
    ])
    .unwrap();
    let session = Session::new();
    session.get(server.url("/")).send().unwrap();
    session.get(server.url("/")).header("COOKIE", "explicit=1").cookie("own", "1").send().unwrap();
    assert_eq!(cookies(&server), [vec![], vec!["explicit=1"], vec!["explicit=1"]]);
}
