//! Requests that wait for one another, or for the test.
#![allow(clippy::unwrap_used)]

mod client;

use std::io::{ErrorKind, Write};

use client::Client;
use serde_json::json;
use sortie_testserver::TestServer;

/// Sends `GET path` and does not wait.
fn asking(server: &TestServer, path: &str) -> Client {
    let mut client = Client::new(server.addr());
    client.stream().write_all(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes()).unwrap();
    client
}

/// Gives the server turns until `done`, which is told how many requests those took.
fn until(server: &TestServer, done: impl Fn(usize) -> bool) {
    let mut client = Client::new(server.addr());
    for turns in 0..10_000 {
        if done(turns) {
            return;
        }
        client.get("/small");
    }
    panic!("it does not come: {server:?}");
}

fn is_silent(client: &mut Client) -> bool {
    let stream = client.stream();
    stream.set_nonblocking(true).unwrap();
    let read = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn a_group_is_answered_when_its_last_has_come() {
    let server = TestServer::start().unwrap();
    for _ in 0..3 {
        let before = server.requests();
        let mut waiting = [asking(&server, "/wait/3"), asking(&server, "/wait/3")];
        let mut elsewhere = asking(&server, "/wait/2");
        until(&server, |turns| server.requests() - turns == before + 3);
        assert!(waiting.iter_mut().all(is_silent));
        assert!(is_silent(&mut elsewhere));
        assert_eq!(Client::new(server.addr()).get("/wait/3").json(), json!({ "waited": 3 }));
        for client in &mut waiting {
            assert_eq!(client.receive(false).json(), json!({ "waited": 3 }));
        }
        assert!(is_silent(&mut elsewhere));
        Client::new(server.addr()).get("/wait/2");
        assert_eq!(elsewhere.receive(false).json(), json!({ "waited": 2 }));
    }
}

#[test]
fn four_hundred_are_in_flight_at_once() {
    let server = TestServer::start().unwrap();
    let mut clients: Vec<Client> = (0..400).map(|_| asking(&server, "/wait/400")).collect();
    assert!(clients.iter_mut().all(|client| client.receive(false).status == 200));
    assert_eq!(server.most_connections(), 400);
}

#[test]
fn one_waits_for_nobody_and_none_is_no_group() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/wait/1").json(), json!({ "waited": 1 }));
    for path in ["/wait/0", "/wait/-1", "/wait/x", "/wait/"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn who_has_left_does_not_count() {
    let server = TestServer::start().unwrap();
    let left = asking(&server, "/wait/2");
    until(&server, |turns| server.requests() - turns == 1);
    drop(left);
    until(&server, |_| server.open_connections() == 1);
    let before = server.requests();
    let mut waiting = asking(&server, "/wait/2");
    until(&server, |turns| server.requests() - turns == before + 1);
    assert!(is_silent(&mut waiting));
    assert_eq!(Client::new(server.addr()).get("/wait/2").status, 200);
    assert_eq!(waiting.receive(false).status, 200);
}

#[test]
fn what_is_held_is_answered_on_release() {
    let server = TestServer::start().unwrap();
    assert_eq!((server.held(), server.release()), (0, 0));
    let mut held: Vec<Client> = (0..5).map(|_| asking(&server, "/hold")).collect();
    until(&server, |_| server.held() == 5);
    assert!(held.iter_mut().all(is_silent));
    drop(held.pop());
    until(&server, |_| server.held() == 4);
    assert_eq!(server.release(), 4);
    for client in &mut held {
        assert_eq!(client.receive(false).json(), json!({ "held": true }));
    }
    assert_eq!(server.held(), 0);
    let mut later = asking(&server, "/hold");
    until(&server, |_| server.held() == 1);
    assert!(is_silent(&mut later));
    assert_eq!(server.release(), 1);
    assert_eq!(later.receive(false).status, 200);
}

#[test]
fn what_drips_may_wait_for_each_release() {
    let server = TestServer::start().unwrap();
    let mut client = asking(&server, "/drip?numbytes=7&chunks=3&hold=1");
    // The head does not wait.
    assert_eq!(client.receive(true).field("Content-Length"), Some("7"));
    for size in [3, 2, 2] {
        until(&server, |_| server.held() == 1);
        assert!(is_silent(&mut client));
        assert_eq!(server.release(), 1);
        assert_eq!(client.octets(size), vec![b'*'; size]);
    }
    assert_eq!((server.held(), client.get("/small").status), (0, 200));
    // Who leaves in between waits no more.
    let client = asking(&server, "/drip?hold=1");
    until(&server, |_| server.held() == 1);
    drop(client);
    until(&server, |_| server.held() == 0);
}
