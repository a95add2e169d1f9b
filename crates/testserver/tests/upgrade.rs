//! The change of protocol, and Unix sockets: exchanges that are not over plain TCP to their end.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::io::{Read, Write};
use std::sync::Arc;

use client::Client;
use serde_json::json;
use sortie_testserver::{Manners, TestServer};

const ASKING: &str = "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: Echo\r\n\r\n";

/// Changes to the echo and back to nothing.
fn converse<S: Read + Write>(mut client: Client<S>) {
    assert_eq!(client.get("/small").status, 200);
    let answer = client.send(ASKING, b"at once");
    assert_eq!((answer.status, answer.field("Upgrade")), (101, Some("echo")));
    assert_eq!(answer.field("Connection"), Some("Upgrade"));
    assert_eq!(client.octets(7), b"at once");
    let long = sortie_testserver::random_bytes(1, 100_000);
    for piece in long.chunks(9_000) {
        client.stream().write_all(piece).unwrap();
        assert_eq!(client.octets(piece.len()), piece);
    }
}

#[test]
fn a_connection_that_is_upgraded_gives_back_what_it_gets() {
    let server = TestServer::start().unwrap();
    converse(Client::new(server.addr()));
    server.set_manners(Manners { drop_idle_after: Some(2), ..Manners::default() });
    converse(Client::new(server.addr()));
    let (server, authority) = secure::server(|_| {});
    let config = Arc::new(secure::client(&authority));
    converse(Client::over(secure::connect(&config, server.addr(), "localhost").unwrap()));
}

#[test]
fn an_upgraded_connection_ends_with_the_client() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.send(ASKING, b"!").status, 101);
    client.stream().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(client.end().unwrap(), b"!");
}

#[test]
fn only_the_echo_is_there_to_change_to() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for fields in ["", "Upgrade: echo\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\n"] {
        let answer = client.send(&format!("GET /upgrade HTTP/1.1\r\nHost: h\r\n{fields}\r\n"), b"");
        assert_eq!((answer.status, answer.field("Upgrade")), (426, Some("echo")), "{fields:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_served_like_a_port() {
    use std::os::unix::net::UnixStream;

    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("s");
    let server = TestServer::start_unix(&path).unwrap();
    assert_eq!(server.url("/get"), "http://localhost/get");
    let connect = || Client::over(UnixStream::connect(&path).unwrap());
    assert_eq!(connect().get("/ip").json(), json!({ "origin": "unix" }));
    converse(connect());
    assert_eq!((server.connections(), server.requests()), (2, 3));
    let taken = TestServer::start_unix(&path).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    let mut open = connect();
    assert_eq!(open.get("/small").status, 200);
    drop(server);
    assert!(open.at_end() && !path.exists());
    std::fs::remove_dir(&folder).unwrap();
}
