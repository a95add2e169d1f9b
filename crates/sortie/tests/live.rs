//! A session lives: its base URL, and defaults that change while it is used.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::thread;

use sortie::{Basic, ErrorKind, Memory, Proxies, Request, Session, Wait};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

const TEST: &str = "X-Test";

fn with_base(url: impl AsRef<str>) -> Session {
    Session::builder().base_url(url).build().unwrap()
}

/// What each request so far brought as `X-Test`.
fn brought(server: &RawServer) -> Vec<String> {
    heads(server).iter().map(|head| values(head, TEST).concat()).collect()
}

#[test]
fn relative_urls_are_asked_of_the_base() {
    let server = TestServer::start().unwrap();
    let session = with_base(server.url("/status/"));
    let paths = ["204", "../status/201", "/status/202", &server.url("/status/203")];
    let statuses = session.map(paths.iter().map(|path| session.get(path)));
    let statuses: Vec<u16> = statuses.into_iter().map(|outcome| outcome.unwrap().status().as_u16()).collect();
    assert_eq!(statuses, [204, 201, 202, 203]);
    assert_eq!(session.get("200").send().unwrap().url().as_str(), server.url("/status/200"));
    assert_eq!(session.warm("/", 2).unwrap(), 2);
    // A batch of the session lends its base to requests of no session.
    assert!(session.batch().map([sortie::get("200")])[0].is_ok());
}

#[test]
fn a_base_that_is_none_is_told_before_anything_is_asked() {
    let error = Session::builder().base_url("/api/").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidUrl);
    let told = chain(&error);
    assert!(told.starts_with("the base URL cannot be used (phase prepare): invalid URL `/api/`: no scheme"), "{told}");
    let session = Session::builder().base_url("http://h/").unset_base_url().build().unwrap();
    assert_eq!(session.get("/x").send().unwrap_err().kind(), ErrorKind::InvalidUrl);
    assert_eq!(session.warm("/x", 1).unwrap_err().kind(), ErrorKind::InvalidUrl);
}

#[test]
fn a_change_holds_for_clones_and_for_requests_that_were_made_before() {
    let server = RawServer::answering(OK).unwrap();
    let session = Session::builder().header(TEST, "old").build().unwrap();
    let (clone, request) = (session.clone(), session.get(server.url("/")));
    request.clone().send().unwrap();
    session.change(|defaults| defaults.header(TEST, "new")).unwrap();
    request.send().unwrap();
    clone.get(server.url("/")).send().unwrap();
    clone.change(|defaults| defaults.unset_header(TEST)).unwrap();
    session.get(server.url("/")).send().unwrap();
    assert_eq!(brought(&server), ["old", "new", "new", ""]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_call_under_way_goes_on_as_it_began() {
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::answers(vec![redirect.into(), OK.into(), OK.into()]).unwrap();
    let session = Session::builder().header(TEST, "old").build().unwrap();
    let mut batch = session.batch();
    batch.submit(session.get(server.url("/")));
    session.change(|defaults| defaults.header(TEST, "new").redirects(false)).unwrap();
    while batch.unfinished() > 0 {
        batch.turn(Wait::Forever).unwrap();
        batch.take().into_iter().for_each(|(_, outcome)| assert_eq!(outcome.unwrap().history().len(), 1));
    }
    batch.map([session.get(server.url("/"))]).remove(0).unwrap();
    assert_eq!(brought(&server), ["old", "old", "new"]);
}

#[test]
fn a_faulty_change_leaves_everything_as_it_was() {
    let session = Session::builder().header(TEST, "old").max_redirects(3).build().unwrap();
    let before = session.profile();
    let faults = [
        session.change(|defaults| defaults.max_redirects(9).header(TEST, "line\nbreak")),
        session.change(|defaults| defaults.max_redirects(9).timeout(std::time::Duration::ZERO)),
        session.change(|defaults| defaults.max_redirects(9).base_url("nowhere")),
        session.change(|defaults| defaults.max_redirects(9).proxy("gopher://h")),
    ];
    for fault in faults {
        fault.unwrap_err();
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| session.change(|_| panic!("a program's own fault"))));
    assert!(panicked.is_err());
    assert!(Arc::ptr_eq(&before, &session.profile()));
    session.change(|defaults| defaults.max_redirects(4)).unwrap();
    assert_eq!((before.redirects.limit, session.profile().redirects.limit), (3, 4));
}

#[test]
fn threads_that_change_at_the_same_time_lose_nothing() {
    const THREADS: usize = 8;
    const CHANGES: usize = 50;
    let (session, barrier) = (Session::new(), Barrier::new(THREADS));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (session, barrier) = (session.clone(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                for change in 0..CHANGES {
                    session.change(|defaults| defaults.param(format!("{thread}"), change)).unwrap();
                }
            });
        }
    });
    let profile = session.profile();
    assert_eq!(profile.params().count(), THREADS * CHANGES);
    assert_eq!(profile.params().collect::<HashSet<_>>().len(), THREADS * CHANGES);
}

#[test]
fn a_hook_may_change_its_session_and_a_change_not_itself() {
    let server = RawServer::answering(OK).unwrap();
    let session = Session::new();
    let inner = session.clone();
    let request = session.get(server.url("/")).on_response(move |_: &sortie::Response| {
        inner.change(|defaults| defaults.header(TEST, "hook")).unwrap();
    });
    request.send().unwrap();
    session.get(server.url("/")).send().unwrap();
    assert_eq!(brought(&server), ["", "hook"]);

    let within = session.clone();
    let mut fault = None;
    let outer = session.change(|defaults| {
        fault = within.change(|defaults| defaults.header(TEST, "inner")).err();
        defaults.header(TEST, "outer")
    });
    outer.unwrap();
    assert_eq!(fault.unwrap().kind(), ErrorKind::InvalidArgument);
    assert_eq!(session.profile().headers().next(), Some((TEST, "outer")));
    // Another session's is another matter.
    session.change(|defaults| Session::new().change(|other| other).map(|()| defaults).unwrap()).unwrap();
}

#[test]
fn cookies_stay_unless_a_change_says_otherwise() {
    let server = TestServer::start().unwrap();
    let session = with_base(server.url("/"));
    session.get("cookies/set/a/1").send().unwrap();
    session.change(|defaults| defaults.auth(Basic::new("user", "pass"))).unwrap();
    assert!(session.get("cookies").send().unwrap().text().contains("\"a\""));
    session.change(|defaults| defaults.cookies(false)).unwrap();
    assert!(session.cookies().is_none());
    assert!(!session.get("cookies").send().unwrap().text().contains("\"a\""));
}

#[test]
fn limits_of_connections_hold_from_the_next_loop_that_is_taken() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().per_origin(2).build().unwrap();
    assert_eq!(session.warm(server.url("/"), 5).unwrap(), 2);
    session.change(|defaults| defaults.per_origin(4)).unwrap();
    assert_eq!(session.warm(server.url("/"), 5).unwrap(), 4);
    session.change(|defaults| defaults.connections(1)).unwrap();
    let requests: Vec<Request> = (0..8).map(|_| session.get(server.url("/get"))).collect();
    assert!(session.map(requests).iter().all(Result::is_ok));
    assert_eq!(session.warm(server.url("/"), 5).unwrap(), 1);
}

#[cfg(any(feature = "tls", feature = "ring"))]
#[test]
fn what_a_request_says_of_its_connection_is_laid_over_the_changed_defaults() {
    use sortie::{Addresses, Tls};

    let server = RawServer::answering(OK).unwrap();
    let session = Session::builder().proxies(Proxies::direct()).build().unwrap();
    let request = session.get(server.url("/")).tls(Tls::builder().build().unwrap());
    request.clone().send().unwrap();
    session.change(|defaults| defaults.addresses(Addresses::public_only())).unwrap();
    assert_eq!(request.clone().send().unwrap_err().kind(), ErrorKind::Address);
    session.change(|defaults| defaults.addresses(Addresses::all())).unwrap();
    request.send().unwrap();
}

#[test]
fn a_sink_that_is_changed_is_told_what_follows() {
    let server = RawServer::answering(OK).unwrap();
    let (old, new) = (Arc::new(Memory::new()), Arc::new(Memory::new()));
    let session = Session::builder().sink(old.clone()).build().unwrap();
    session.get(server.url("/")).send().unwrap();
    let before = old.events().len();
    session.change(|defaults| defaults.sink(new.clone())).unwrap();
    session.get(server.url("/")).send().unwrap();
    assert_eq!(old.events().len(), before);
    assert!(before > 0 && !new.events().is_empty());
}

#[test]
fn what_was_set_can_be_unset_again() {
    let server = RawServer::answering(OK).unwrap();
    let memory = Arc::new(Memory::new());
    let session = Session::builder().trust_env(false).auth(("user", "pass")).sink(memory.clone()).build().unwrap();
    session.get(server.url("/")).send().unwrap();
    let before = memory.events().len();
    session.change(|defaults| defaults.unset_auth().unset_sink()).unwrap();
    session.get(server.url("/")).send().unwrap();
    assert_eq!(memory.events().len(), before);
    let heads = heads(&server);
    assert_eq!(heads.iter().map(|head| values(head, "Authorization").len()).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn proxies_can_be_told_one_by_one() {
    let proxy = RawServer::answering(OK).unwrap();
    let session = Session::builder().trust_env(false).build().unwrap();
    session.change(|defaults| defaults.proxy_for("http", proxy.url(""))).unwrap();
    session.change(|defaults| defaults.proxy_for("all://other.test", "http://127.0.0.1:1")).unwrap();
    session.change(|defaults| defaults.no_proxy("spared.test")).unwrap();
    session.get("http://h.test/").send().unwrap();
    assert_eq!(heads(&proxy).len(), 1);

    let fault = session.change(|defaults| defaults.proxy_for("ftp", "http://h.test")).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::InvalidArgument);
    assert!(session.change(|defaults| defaults.no_proxy("a/b/c")).is_err());
    session.get("http://h.test/").send().unwrap();
    assert_eq!(heads(&proxy).len(), 2);
}

#[test]
fn what_was_replaced_is_let_go_at_once() {
    let server = RawServer::answering(OK).unwrap();
    let memory = Arc::new(Memory::new());
    let session = Session::builder().sink(memory.clone()).build().unwrap();
    session.get(server.url("/")).send().unwrap();
    assert!(Arc::strong_count(&memory) > 1);
    session.change(|defaults| defaults.unset_sink()).unwrap();
    assert_eq!(Arc::strong_count(&memory), 1);
}
