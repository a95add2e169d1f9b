//! Where a program's own code steps in: when each hook runs, how often, and what its answer changes.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sortie::{
    Arguments, Batch, CancelToken, ErrorKind, Method, PreparedRequest, Refuse, Request, Response, Sent, Session,
    SessionBuilder, Url, Wait,
};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, refused_port};
use support::heads::{OK, chain, heads, values};

/// What hooks have noted, in order.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Notes how each call ended, as its `post_request` hook is told.
fn watched(builder: SessionBuilder) -> (Session, Notes) {
    let notes = Notes::default();
    let session = builder
        .on_post_request({
            let notes = notes.clone();
            move |sent: &Sent| {
                notes.add(match sent.outcome() {
                    Ok(response) => response.status().as_u16().to_string(),
                    Err(error) => format!("{:?}", error.kind()),
                })
            }
        })
        .build()
        .unwrap();
    (session, notes)
}

/// A server that takes requests and never answers.
fn silent() -> RawServer {
    RawServer::start(|peer| {
        peer.read_request()?;
        peer.stall()
    })
    .unwrap()
}

/// Turns until the server has so many requests.
fn turn_until_sent(batch: &mut Batch, server: &RawServer, requests: usize) {
    while server.requests().len() < requests {
        batch.turn(Wait::UpTo(Duration::from_millis(1))).unwrap();
    }
}

#[test]
fn rule_5_an_args_hook_sees_the_url_and_adds_a_header_beside_the_callers_own() {
    let server = TestServer::start().unwrap();
    let notes = Notes::default();
    let seen = notes.clone();
    let response = sortie::get(server.url("/headers"))
        .header("yo", "dawg")
        .on_args(move |args: &Arguments| seen.add(args.url()))
        .on_args(|args: &Arguments| {
            let mut args = args.clone();
            args.set_header("X-Testing", "True");
            Some(args)
        })
        .send()
        .unwrap();
    let headers = &response.json::<serde_json::Value>().unwrap()["headers"];
    assert_eq!((headers["Yo"].as_str(), headers["X-Testing"].as_str()), (Some("dawg"), Some("True")));
    assert_eq!(notes.take(), [server.url("/headers")]);
}

#[test]
fn rule_6_a_returned_value_replaces_the_data_at_each_point() {
    let server = RawServer::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwire").unwrap();
    let other = server.url("/other");
    let response = sortie::get(server.url("/args"))
        .on_args(|args: &Arguments| {
            let mut args = args.clone();
            args.set_method(Method::PUT);
            args.set_body("args");
            args.append_param("q", "1");
            Some(args)
        })
        .on_pre_request(|request: &PreparedRequest| {
            assert_eq!((request.method(), request.url().target()), (&Method::PUT, "/args?q=1"));
            let mut request = request.clone();
            request.set_body("pre_request");
            request.headers_mut().set("X-Pre", "1").map(|()| Some(request))
        })
        .on_post_request(move |sent: &Sent| {
            assert_eq!(sent.response().unwrap().text(), "wire");
            let mut request = sent.request().clone();
            request.set_url(Url::parse(&other).unwrap());
            Some(request)
        })
        .on_response(|response: &Response| Some(response.clone().with_content("hook")))
        .on_response(|response: &Response| assert_eq!(response.text(), "hook"))
        .send()
        .unwrap();
    let head = heads(&server).pop().unwrap();
    assert_eq!(head[0], "PUT /args?q=1 HTTP/1.1");
    assert_eq!((values(&head, "Content-Length"), values(&head, "X-Pre")), (vec!["11"], vec!["1"]));
    assert!(server.requests()[0].ends_with(b"\r\n\r\npre_request"));
    assert_eq!((&*response.text(), response.request().url().path()), ("hook", "/other"));
    assert_eq!((response.url().path(), response.exchange().request().url().path()), ("/args", "/args"));
    assert!(response.warnings().is_empty());
}

#[test]
fn rule_6_a_hook_that_returns_nothing_changes_nothing() {
    let server = RawServer::answering(OK).unwrap();
    let session = Session::builder().header("X-Session", "1").param("s", "1").build().unwrap();
    let plain = session.post(server.url("/p")).form([("a", "1")]).header("x-own", "2");
    let looking = plain
        .clone()
        .on_args(|_: &Arguments| {})
        .on_args(|_: &Arguments| None)
        .on_pre_request(|_: &PreparedRequest| Ok::<_, &str>(None))
        .on_post_request(|_: &Sent| Ok::<(), &str>(()))
        .on_response(|_: &Response| {});
    let (plain, looking) = (plain.send().unwrap(), looking.send().unwrap());
    assert_eq!(server.requests()[0], server.requests()[1]);
    assert_eq!((plain.request(), looking.warnings().len()), (looking.request(), 0));
}

#[test]
fn rule_6_a_hook_that_fails_or_panics_gives_a_warning_and_the_call_goes_on() {
    let server = TestServer::start().unwrap();
    let memory = Arc::new(sortie::Memory::new());
    let session = Session::builder()
        .sink(memory.clone())
        .on_args(|_: &Arguments| -> Option<Arguments> { panic!("in args") })
        .on_pre_request(|_: &PreparedRequest| Err::<(), _>("in pre_request"))
        .on_post_request(|_: &Sent| -> Result<(), &str> { Err("in post_request") })
        .on_response(|response: &Response| Some(response.clone().with_content("good")))
        .on_response(|_: &Response| -> Option<Response> { panic!("in response {}", 4) })
        .build()
        .unwrap();
    let response = session.get(server.url("/status/200")).send().unwrap();
    let expected = [
        "hook 1 of args panicked: in args",
        "hook 1 of pre_request failed: in pre_request",
        "hook 1 of post_request failed: in post_request",
        "hook 2 of response panicked: in response 4",
    ];
    assert_eq!(response.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    assert_eq!(response.text(), "good");
    let told: Vec<_> =
        memory.lines().into_iter().filter_map(|line| Some(line.split_once("warning: ")?.1.to_owned())).collect();
    assert_eq!(told, expected.map(String::from));
    let error = session.get(format!("http://127.0.0.1:{}/", refused_port())).send().unwrap_err();
    assert_eq!((error.kind(), error.warnings().len()), (ErrorKind::Connect, 3));
}

#[test]
fn hooks_run_once_a_call_the_sessions_first_whatever_the_number_of_exchanges() {
    let server = TestServer::start().unwrap();
    let notes = Notes::default();
    let note = |text: &'static str| {
        let notes = notes.clone();
        move || notes.add(text)
    };
    let session = {
        let (args, pre, post, response) = (note("s args"), note("s pre"), note("s post"), note("s response"));
        let builder = Session::builder().on_args(move |_: &Arguments| args());
        let builder = builder.on_pre_request(move |_: &PreparedRequest| pre()).on_post_request(move |_: &Sent| post());
        builder.on_response(move |_: &Response| response()).build().unwrap()
    };
    let (args, pre, post) = (note("r args"), note("r pre"), note("r post"));
    let (first, second) = (note("r response 1"), note("r response 2"));
    let request = session
        .get(server.url("/redirect/3"))
        .on_response(move |_: &Response| first())
        .on_response(move |_: &Response| second())
        .on_post_request(move |_: &Sent| post())
        .on_pre_request(move |_: &PreparedRequest| pre())
        .on_args(move |_: &Arguments| args());
    assert_eq!(notes.take(), Vec::<String>::new());
    assert_eq!(request.clone().send().unwrap().history().len(), 3);
    let once = ["s args", "r args", "s pre", "r pre", "s post", "r post", "s response", "r response 1", "r response 2"];
    assert_eq!(notes.take(), once);
    assert!(session.map([request.clone(), request])[1].is_ok());
    assert_eq!(notes.take().len(), 2 * once.len());
}

#[test]
fn a_refusal_ends_the_call_unsent_in_its_own_slot() {
    let server = RawServer::answering(OK).unwrap();
    let (session, ended) = watched(Session::builder());
    let refuse = |_: &PreparedRequest| Err::<(), _>(Refuse::new("quota used up"));
    let at_args = session.get(server.url("/")).on_args(|_: &Arguments| Err::<(), _>(Refuse::new("not on Sundays")));
    let at_pre = session.get(server.url("/")).on_pre_request(refuse).tag(7);
    let never = session.get(server.url("/")).on_pre_request(|_: &PreparedRequest| ()).on_pre_request(refuse);
    let answers = session.map([at_args, session.get(server.url("/")), at_pre, never]);
    let faults: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).map(|it| chain(it)).collect();
    let url = server.url("/");
    let expected = [
        format!("refused by a hook: GET {url} (phase prepare): hook 1 of args refused: not on Sundays"),
        format!("refused by a hook: GET {url} (phase prepare): hook 1 of pre_request refused: quota used up"),
        format!("refused by a hook: GET {url} (phase prepare): hook 2 of pre_request refused: quota used up"),
    ];
    assert_eq!(faults, expected);
    let error = answers[2].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.tag(), error.attempts()), (ErrorKind::Refused, 7, 0));
    assert!(answers[1].is_ok());
    assert_eq!((server.requests().len(), ended.take()), (1, vec!["200".to_owned()]));
}

#[test]
fn after_the_call_a_refusal_is_no_more_than_a_warning() {
    let server = TestServer::start().unwrap();
    let response = sortie::get(server.url("/status/404"))
        .on_post_request(|_: &Sent| Err::<(), _>(Refuse::new("too late")))
        .on_response(|_: &Response| Err::<(), _>(Refuse::new("too late")))
        .send()
        .unwrap();
    assert_eq!((response.status().as_u16(), response.warnings().len()), (404, 2));
}

#[test]
fn post_request_runs_once_however_the_call_ended() {
    let server = TestServer::start().unwrap();
    let silent = silent();
    let (session, ended) = watched(Session::builder());
    session.get(server.url("/redirect/2")).send().unwrap();
    session.get(server.url("/status/500")).send().unwrap();
    session.get(format!("http://127.0.0.1:{}/", refused_port())).send().unwrap_err();
    session.get("http://name.invalid/").send().unwrap_err();
    session.get(server.url("/").replace("http:", "https:")).send().unwrap_err();
    session.get(server.url("/redirect/2")).max_redirects(1).send().unwrap_err();
    session.get(server.url("/bytes/100")).max_content(99).send().unwrap_err();
    session.get(silent.url("/")).timeout(Duration::from_millis(50)).send().unwrap_err();
    session.get(silent.url("/")).first_byte_timeout(Duration::from_millis(50)).send().unwrap_err();
    let kinds = ["200", "500", "Connect", "Resolve", "Tls", "TooManyRedirects", "ContentTooLarge"];
    assert_eq!(ended.take(), [&kinds[..], &["TotalTimeout", "FirstByteTimeout"]].concat());
}

#[test]
fn post_request_does_not_run_for_a_call_that_was_never_submitted() {
    let server = RawServer::answering(OK).unwrap();
    let (session, ended) = watched(Session::builder());
    session.get("nowhere").send().unwrap_err();
    session.get(server.url("/")).header("a b", "").send().unwrap_err();
    let split = |request: &PreparedRequest| {
        let mut request = request.clone();
        request.headers_mut().remove("Host");
        request.headers_mut().append("Transfer-Encoding", "chunked").map(|()| Some(request))
    };
    let error = session.get(server.url("/")).on_pre_request(split).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidHeader);
    let token = CancelToken::new();
    token.cancel();
    session.get(server.url("/")).cancel_token(&token).send().unwrap_err();
    assert_eq!((ended.take().len(), server.connections()), (0, 0));
}

#[test]
fn post_request_runs_once_for_what_is_cancelled_in_any_state() {
    let silent = silent();
    let (session, ended) = watched(Session::builder());
    let mut batch = session.batch().concurrency(2);
    let calls: Vec<u64> = (0..4).map(|_| batch.submit(session.get(silent.url("/")))).collect();
    assert!(batch.cancel(calls[3]), "not yet opened");
    turn_until_sent(&mut batch, &silent, 2);
    assert!(batch.cancel(calls[2]) && batch.cancel(calls[0]) && !batch.cancel(calls[0]));
    assert_eq!(ended.take(), ["Cancelled"; 3]);
    let kinds: Vec<_> = std::iter::from_fn(|| batch.take()).map(|(_, outcome)| outcome.unwrap_err().kind()).collect();
    assert_eq!(kinds, [ErrorKind::Cancelled; 3]);

    // What is left, and what comes, is cancelled by the drop.
    batch.submit(session.get(silent.url("/")));
    drop(batch);
    assert_eq!(ended.take(), ["Cancelled"; 2]);
}

#[test]
fn post_request_runs_once_when_a_token_is_fired_from_another_thread() {
    let server = silent();
    let (session, ended) = watched(Session::builder());
    let token = CancelToken::new();
    let requests = (0..3).map(|_| session.get(server.url("/")).cancel_token(&token));
    let answers = std::thread::scope(|scope| {
        scope.spawn(|| {
            while server.requests().len() < 3 {
                std::thread::yield_now();
            }
            token.cancel();
        });
        session.map(requests)
    });
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap_err().kind() == ErrorKind::Cancelled));
    assert_eq!(ended.take(), ["Cancelled"; 3]);
}

#[test]
fn a_hook_may_use_the_session_that_called_it() {
    let server = TestServer::start().unwrap();
    let home: Arc<Mutex<Option<Session>>> = Arc::default();
    let asked = Arc::new(AtomicUsize::new(0));
    let ask = {
        let (home, asked, url) = (home.clone(), asked.clone(), server.url("/status/204"));
        // Only for calls whose tag is 1, so that the calls made here end the matter.
        move |tag: u64| {
            let session = home.lock().unwrap().clone();
            if let (1, Some(session)) = (tag, session) {
                asked.fetch_add(1, Ordering::SeqCst);
                assert_eq!(session.get(&url).send().unwrap().status().as_u16(), 204);
                assert!(session.map([session.get(&url), session.get(&url)]).iter().all(Result::is_ok));
            }
        }
    };
    let (args, pre, post, response) = (ask.clone(), ask.clone(), ask.clone(), ask);
    let session = Session::builder()
        .on_args(move |it: &Arguments| args(it.tag()))
        .on_pre_request(move |it: &PreparedRequest| pre(u64::from(it.url().path() == "/get")))
        .on_post_request(move |it: &Sent| post(it.response().map_or(0, |it| u64::from(it.url().path() == "/get"))))
        .on_response(move |it: &Response| response(u64::from(it.url().path() == "/get")))
        .build()
        .unwrap();
    *home.lock().unwrap() = Some(session.clone());
    let response = session.get(server.url("/get")).tag(1).send().unwrap();
    assert_eq!((response.warnings().len(), asked.load(Ordering::SeqCst)), (0, 4));
    let answers = session.batch().concurrency(2).map((0..4).map(|_| session.get(server.url("/get")).tag(1)));
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().warnings().is_empty()));
    assert_eq!(asked.load(Ordering::SeqCst), 20);
    home.lock().unwrap().take();
}

/// Sends the request to `url` instead.
fn led_to(request: Request, url: String) -> Request {
    request.on_pre_request(move |request: &PreparedRequest| {
        let mut request = request.clone();
        request.set_url(Url::parse(&url).unwrap());
        Some(request)
    })
}

#[test]
fn a_pre_request_hook_that_leaves_the_origin_takes_no_credentials_along() {
    let (first, second) = (RawServer::answering(OK).unwrap(), RawServer::answering(OK).unwrap());
    let session = Session::builder().auth(("user", "pass")).sensitive_header("X-Mine", "5ecret").build().unwrap();
    let request = session
        .get(first.url("/a"))
        .header("Host", "mine.example")
        .header("X-Api-Key", "5ecret")
        .header("X-Kept", "1")
        .cookie("own", "5ecret");
    led_to(request.clone(), second.url("/b")).send().unwrap();
    let head = heads(&second).pop().unwrap();
    assert_eq!((&*head[0], values(&head, "Host")), ("GET /b HTTP/1.1", vec![&*second.addr().to_string()]));
    assert_eq!((values(&head, "Host").len(), values(&head, "X-Kept")), (1, vec!["1"]));
    assert!(!head.concat().contains("5ecret") && values(&head, "Authorization").is_empty(), "{head:?}");
    assert_eq!(first.connections(), 0);

    // At the same origin all stay.
    led_to(request, first.url("/c")).send().unwrap();
    let head = heads(&first).pop().unwrap();
    assert_eq!((&*head[0], values(&head, "Host")), ("GET /c HTTP/1.1", vec!["mine.example"]));
    assert_eq!(["Authorization", "X-Mine", "X-Api-Key", "Cookie"].map(|name| values(&head, name).len()), [1; 4]);
}

#[test]
fn what_a_pre_request_hook_sets_for_another_origin_stays() {
    let (first, second) = (RawServer::answering(OK).unwrap(), RawServer::answering(OK).unwrap());
    let url = format!("http://us%65r:n%65w@{}/b", second.addr());
    let request = sortie::get(first.url("/a")).auth(("user", "pass")).header("X-Api-Key", "old");
    let response = led_to(request, url)
        .on_pre_request(|request: &PreparedRequest| {
            let mut request = request.clone();
            request.headers_mut().set("X-Api-Key", "new").map(|()| Some(request))
        })
        .send()
        .unwrap();
    let head = heads(&second).pop().unwrap();
    assert_eq!(values(&head, "X-Api-Key"), ["new"]);
    assert_eq!(values(&head, "Authorization"), ["Basic dXNlcjpuZXc="]);
    assert_eq!(response.url().as_str(), second.url("/b"));
}

#[test]
fn pre_request_comes_before_cookies_and_the_response_tells_them() {
    let cookie = OK.replace("\r\n\r\n", "\r\nSet-Cookie: a=5ecret\r\n\r\n");
    let server = RawServer::answering(cookie).unwrap();
    let session = Session::new();
    session.get(server.url("/")).send().unwrap();
    let response = session
        .get(server.url("/"))
        .on_pre_request(|request: &PreparedRequest| assert!(!request.headers().contains("Cookie")))
        .on_post_request(|sent: &Sent| {
            assert_eq!(sent.response().unwrap().request().headers().get("Cookie"), Some("a=5ecret"))
        })
        .send()
        .unwrap();
    assert!(response.warnings().is_empty(), "{:?}", response.warnings());
    assert!(!format!("{:?}", response.request()).contains("5ecret"), "{:?}", response.request());
}

#[test]
fn warnings_are_with_a_call_that_could_not_be_prepared_too() {
    let error = sortie::get("nowhere").on_args(|_: &Arguments| Err::<(), _>("in args")).send().unwrap_err();
    let warnings: Vec<_> = error.warnings().iter().map(ToString::to_string).collect();
    assert_eq!((error.kind(), warnings), (ErrorKind::InvalidUrl, vec!["hook 1 of args failed: in args".to_owned()]));
}
