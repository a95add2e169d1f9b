//! The scripted server inside TLS, and in the place of one that speaks TLS.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, mpsc};

use client::Client;
use rustls::{ClientConfig, Error};
use secure::{Secure, connect, options, reason};
use sortie_testserver::Authority;
use sortie_testserver::raw::{Peer, RawServer};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server with that script, and a client that trusts it.
fn start(script: fn(&mut Peer) -> std::io::Result<()>) -> (RawServer, Arc<ClientConfig>) {
    let authority = Authority::new().unwrap();
    let server = RawServer::start_tls(options(&authority), script).unwrap();
    (server, Arc::new(secure::client(&authority)))
}

fn client(server: &RawServer, config: &Arc<ClientConfig>) -> Client<Secure> {
    Client::over(connect(config, server.addr(), "localhost").unwrap())
}

#[test]
fn a_script_speaks_inside_tls() {
    let (server, config) = start(|peer| {
        while peer.read_request()?.is_some() {
            peer.write_in_pieces(OK, 1)?;
        }
        Ok(())
    });
    assert_eq!(server.url("x"), format!("https://{}/x", server.addr()));
    let mut client = client(&server, &config);
    assert_eq!(client.get("/1").content, b"ok");
    assert_eq!(client.get("/2").content, b"ok");
    assert_eq!(server.requests().concat(), b"GET /1 HTTP/1.1\r\nHost: h:1\r\n\r\nGET /2 HTTP/1.1\r\nHost: h:1\r\n\r\n");
}

#[test]
fn a_script_that_returns_says_no_close_notify_and_one_that_finishes_does() {
    let (server, config) = start(|peer| {
        let request = peer.read_request()?.unwrap_or_default();
        peer.write(&OK[..20])?;
        if request.starts_with(b"GET /finish ") { peer.finish() } else { Ok(()) }
    });
    for (path, proper) in [("/cut", false), ("/finish", true)] {
        let mut stream = connect(&config, server.addr(), "localhost").unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
        let mut came = [0; 20];
        stream.read_exact(&mut came).unwrap();
        assert_eq!(came, OK[..20]);
        match stream.read(&mut came) {
            Ok(count) => assert!(proper && count == 0, "{path}"),
            Err(error) => assert!(!proper && error.kind() == ErrorKind::UnexpectedEof, "{path}: {error}"),
        }
    }
}

#[test]
fn what_is_written_below_is_no_record() {
    let (server, config) = start(|peer| {
        peer.read_request()?;
        peer.write(OK)?;
        peer.read_request()?;
        peer.write_below(b"HTTP/1.1 200 OK\r\n")?;
        peer.stall()
    });
    let mut client = client(&server, &config);
    assert_eq!(client.get("/").content, b"ok");
    client.stream().write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let error = client.end().unwrap_err();
    assert!(matches!(reason(&error), Error::InvalidMessage(_)), "{error:?}");
}

#[test]
fn a_client_hello_can_be_answered_with_anything() {
    let authority = Authority::new().unwrap();
    let config = Arc::new(secure::client(&authority));
    let server = RawServer::start(|peer| {
        peer.read_exact(&mut [0; 5])?;
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
        peer.finish()
    })
    .unwrap();
    let error = connect(&config, server.addr(), "localhost").unwrap_err();
    assert!(matches!(reason(&error), Error::InvalidMessage(_)), "{error:?}");
}

#[test]
fn a_client_hello_can_be_left_unanswered() {
    let (tell, told) = mpsc::channel();
    let server = RawServer::start(move |peer| {
        let mut start = [0; 5];
        peer.read_exact(&mut start)?;
        tell.send(start).unwrap();
        peer.stall()
    })
    .unwrap();
    let config = Arc::new(secure::client(&Authority::new().unwrap()));
    let stream = TcpStream::connect(server.addr()).unwrap();
    let shaking = std::thread::spawn(move || secure::secure(&config, stream, "localhost").map(drop));
    // A handshake record of TLS.
    assert_eq!(told.recv().unwrap()[..2], [22, 3]);
    assert!(!shaking.is_finished());
    drop(server);
    let error = shaking.join().unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{error}");
}

#[test]
fn a_failed_handshake_runs_no_script() {
    let (server, _) = start(|_| panic!("there is nobody to talk to"));
    let stranger = Arc::new(secure::client(&Authority::new().unwrap()));
    let error = connect(&stranger, server.addr(), "localhost").unwrap_err();
    assert!(matches!(reason(&error), Error::InvalidCertificate(_)), "{error:?}");
    assert_eq!(server.connections(), 1);
}
