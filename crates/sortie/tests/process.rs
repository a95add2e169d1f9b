//! What is of the whole process: the settings, and the log that says what is sent.
//!
//! The settings are global, so each test here holds a lock.
#![allow(clippy::unwrap_used)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sortie::{Detailed, ErrorKind, Event, FnSink, Memory, Request, Response, Session, Verbose, What};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, refused_port};

static ALONE: Mutex<()> = Mutex::new(());

/// Until it is dropped, no other test here runs.
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The User-Agent that the server sees.
fn agent(server: &TestServer, request: Request) -> String {
    assert_eq!(request.arguments().url(), server.url("/user-agent"));
    let document: serde_json::Value = request.send().unwrap().json().unwrap();
    document["user-agent"].as_str().unwrap_or("none").to_owned()
}

/// A stream whose writes, one by one, can be looked at from outside.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<String>>>);

impl Stream {
    fn writes(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// What stands behind the time on each line.
    fn lines(&self) -> Vec<String> {
        self.writes().iter().map(|line| line.trim_end_matches('\n').split_once("   ").unwrap().1.to_owned()).collect()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn rule_3_settings_are_what_later_sessions_start_from() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let url = server.url("/user-agent");
    let usual = format!("sortie/{}", env!("CARGO_PKG_VERSION"));
    let before = Session::new();
    let request = sortie::get(&url);
    {
        let _guard = sortie::settings().user_agent("fleet/1.0").header("X-Fleet", "1").scoped();
        assert_eq!(agent(&server, before.get(&url)), usual);
        assert_eq!(agent(&server, Session::new().get(&url)), "fleet/1.0");
        assert_eq!(agent(&server, Session::builder().header("a", "b").build().unwrap().get(&url)), "fleet/1.0");
        let own = Session::builder().user_agent("own/1").build().unwrap();
        assert_eq!(agent(&server, own.get(&url)), "own/1");
        assert!(Session::new().get(server.url("/headers")).send().unwrap().text().contains("X-Fleet"));
        // A request of no session reads them when it is sent, not when it is made.
        assert_eq!(agent(&server, request.clone()), "fleet/1.0");
        let answers = sortie::map([request.clone(), before.get(&url)]);
        assert!(answers[0].as_ref().unwrap().text().contains("fleet/1.0"));
        assert!(answers[1].as_ref().unwrap().text().contains(&usual));
    }
    assert_eq!(agent(&server, request), usual);
    assert_eq!(agent(&server, Session::new().get(&url)), usual);
}

#[test]
fn rule_3_scopes_nest_and_apply_is_for_good() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let seen = || agent(&server, sortie::get(server.url("/user-agent")));
    let usual = seen();
    let outer = sortie::settings().user_agent("outer").param("q", "1").scoped();
    let inner = sortie::settings().unset_header("User-Agent").scoped();
    assert_eq!(seen(), "none");
    assert_eq!(sortie::get(server.url("/get")).send().unwrap().url().query(), Some("q=1"));
    drop(inner);
    assert_eq!(seen(), "outer");
    drop(outer);
    assert_eq!(seen(), usual);

    sortie::settings().user_agent("for good").apply();
    drop(sortie::settings().user_agent("for now").scoped());
    assert_eq!(seen(), "for good");
    sortie::settings().user_agent(&*usual).apply();
    assert_eq!(seen(), usual);
}

#[test]
fn rule_3_requests_of_no_session_share_connections_and_no_cookie() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    sortie::get(server.url("/cookies/set/a/1")).send().unwrap();
    let response = sortie::get(server.url("/cookies")).send().unwrap();
    assert_eq!(response.json::<serde_json::Value>().unwrap(), serde_json::json!({"cookies": {}}));
    let _guard = sortie::settings().user_agent("other/1").scoped();
    std::thread::scope(|scope| scope.spawn(|| sortie::post(server.url("/post")).send().unwrap()).join().unwrap());
    assert!(sortie::batch().concurrency(1).map([sortie::get(server.url("/get"))])[0].is_ok());
    assert_eq!((server.connections(), server.requests()), (1, 5));
}

#[test]
fn rule_3_settings_bring_hooks_sinks_limits_and_credentials() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let stream = Stream::default();
    let _guard = sortie::settings()
        .auth(("user", "pass"))
        .max_redirects(1)
        .cookies(false)
        .verbose(stream.clone())
        .on_response(|response: &Response| Some(response.clone().with_content("hook")))
        .scoped();
    for request in [sortie::get(server.url("/basic-auth/user/pass")), Session::new().get(server.url("/headers"))] {
        assert_eq!(request.send().unwrap().text(), "hook");
    }
    assert_eq!(stream.writes().len(), 2);
    assert!(Session::new().cookies().is_none());
    let error = sortie::get(server.url("/redirect/2")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
    // No cookies are kept, not even from one exchange of a call to the next.
    let response = sortie::get(server.url("/cookies/set/a/1")).send().unwrap();
    assert_eq!((response.history().len(), response.request().headers().get("Cookie")), (1, None));
}

#[test]
fn rule_3_a_fault_in_the_settings_is_told_by_what_they_are_used_for() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    {
        let _guard = sortie::settings().header("X-Split", "a\r\nb").scoped();
        assert_eq!(sortie::get(server.url("/get")).send().unwrap_err().kind(), ErrorKind::InvalidHeader);
        assert_eq!(Session::builder().build().unwrap_err().kind(), ErrorKind::InvalidHeader);
    }
    assert_eq!(server.connections(), 0);
    assert!(sortie::get(server.url("/get")).send().is_ok());
}

#[test]
fn rule_7_a_line_is_local_time_method_and_url_in_one_write() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let stream = Stream::default();
    let session = Session::builder().verbose(stream.clone()).build().unwrap();
    session.get(server.url("/headers")).send().unwrap();
    session.delete(server.url("/delete?a=b c")).send().unwrap();
    let writes = stream.writes();
    assert_eq!(writes.len(), 2);
    for (line, rest) in writes.iter().zip([
        format!("   GET   {}\n", server.url("/headers")),
        format!("   DELETE   {}\n", server.url("/delete?a=b%20c")),
    ]) {
        let (time, found) = line.split_at(26);
        assert_eq!(found, rest);
        for (at, char) in time.chars().enumerate() {
            let expected = "dddd-dd-ddTdd:dd:dd.dddddd".as_bytes()[at];
            assert!(if expected == b'd' { char.is_ascii_digit() } else { char == char::from(expected) }, "{time}");
        }
    }
}

#[test]
fn rule_7_every_exchange_has_its_line_redirects_included() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let stream = Stream::default();
    let session = Session::builder().verbose(stream.clone()).build().unwrap();
    session.post(server.url("/redirect-to?url=/redirect/1&status_code=303")).send().unwrap();
    let url = |path: &str| server.url(path);
    let expected = [
        format!("POST   {}", url("/redirect-to?url=/redirect/1&status_code=303")),
        format!("GET   {}", url("/redirect/1")),
        format!("GET   {}", url("/get")),
    ];
    assert_eq!(stream.lines(), expected);
    assert!(
        session.map((0..20).map(|index| session.get(url(&format!("/anything/{index}"))))).iter().all(Result::is_ok)
    );
    let mut lines = stream.lines().split_off(3);
    lines.sort();
    let mut expected: Vec<_> = (0..20).map(|index| format!("GET   {}", url(&format!("/anything/{index}")))).collect();
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn rule_7_a_line_is_written_when_the_request_is_sent_not_when_it_is_answered() {
    let _alone = alone();
    let server = RawServer::start(|peer| {
        peer.read_request()?;
        peer.stall()
    })
    .unwrap();
    let stream = Stream::default();
    let session = Session::builder().verbose(stream.clone()).build().unwrap();
    let error = session.get(server.url("/")).first_byte_timeout(Duration::from_millis(50)).send().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::FirstByteTimeout, 1));
    assert_eq!(stream.lines(), [format!("GET   {}", server.url("/"))]);
    // What was never sent has no line.
    session.get(format!("http://127.0.0.1:{}/", refused_port())).send().unwrap_err();
    session.get("nowhere").send().unwrap_err();
    assert_eq!(stream.writes().len(), 1);
}

#[test]
fn rule_7_userinfo_and_secrets_are_redacted_in_redirects_too() {
    let _alone = alone();
    let target = TestServer::start().unwrap();
    let location = format!("http://us:5ecret@{}/get?api_key=5ecret&page=2", target.addr());
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let server = RawServer::answering(answer).unwrap();
    let (verbose, detailed) = (Stream::default(), Stream::default());
    let (first, second) = (Verbose::new(verbose.clone()), Detailed::new(detailed.clone()));
    let session = Session::builder().sink(both(first, second)).build().unwrap();
    session
        .get(format!("http://user:5ecret@{}/?token=5ecret&q=x#access_token=5ecret", server.addr()))
        .header("X-Api-Key", "5ecret")
        .cookie("own", "5ecret")
        .send()
        .unwrap();
    let expected = [
        format!("GET   {}", server.url("/?token=***&q=x#access_token=***")),
        format!("GET   {}", target.url("/get?api_key=***&page=2#access_token=***")),
    ];
    assert_eq!(verbose.lines(), expected);
    let told = detailed.writes().concat();
    assert!(told.contains("redirected by 302") && !told.contains("5ecret"), "{told}");
}

/// Tells both.
fn both(first: impl sortie::Sink, second: impl sortie::Sink) -> impl sortie::Sink {
    FnSink(move |event: &Event| {
        first.record(event);
        second.record(event);
    })
}

#[test]
fn rule_7_a_stream_that_fails_or_panics_loses_the_line_and_never_the_call() {
    let _alone = alone();
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let server = TestServer::start().unwrap();
    let sink = Arc::new(Verbose::new(Full));
    let session = Session::builder().sink(sink.clone()).build().unwrap();
    assert!(session.get(server.url("/redirect/1")).send().is_ok());
    assert_eq!(sink.error().unwrap().kind(), io::ErrorKind::StorageFull);
    let session = Session::builder().sink(FnSink(|_: &Event| panic!("in the sink"))).build().unwrap();
    assert!(session.get(server.url("/redirect/1")).send().is_ok());
}

#[test]
fn a_sink_is_told_what_happens_in_order() {
    let _alone = alone();
    let server = TestServer::start().unwrap();
    let memory = Arc::new(Memory::new());
    let session = Session::builder().sink(memory.clone()).build().unwrap();
    session.get(server.url("/redirect/1")).send().unwrap();
    let (first, second) = (server.url("/redirect/1"), server.url("/get"));
    let expected = [
        format!("call 1: opened a connection to {}", server.addr()),
        format!("call 1: sending GET {first} on a new connection"),
        format!("call 1: received 302 from {first}"),
        format!("call 1: redirected by 302 from {first} to {second}"),
        format!("call 1: sending GET {second} on a reused connection"),
        format!("call 1: received 200 from {second}"),
    ];
    assert_eq!(memory.lines(), expected);
    assert!(memory.events().is_sorted_by_key(|event| event.at));
    // Another session's calls are not its affair.
    Session::new().get(server.url("/get")).send().unwrap();
    let sending = memory.events().iter().filter(|event| matches!(event.what, What::Sending { .. })).count();
    assert_eq!((memory.events().len(), sending), (6, 2));
}
