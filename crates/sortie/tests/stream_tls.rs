//! Streamed content over TLS.
#![cfg(any(feature = "tls", feature = "ring"))]
#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use sortie::{ErrorKind, Session, Tls};
use sortie_testserver::raw::{Peer, RawServer};
use sortie_testserver::{Authority, TlsOptions};

fn start(script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static) -> (RawServer, Session) {
    let identity = Authority::new().unwrap().certificate(&["127.0.0.1"]).unwrap();
    let server = RawServer::start_tls(TlsOptions::new(identity), script).unwrap();
    let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
    (server, Session::builder().tls(tls).build().unwrap())
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 13 + at / 257) as u8).collect()
}

#[test]
fn content_is_the_same_however_it_is_read_and_the_connection_is_used_again() {
    let content = pattern(1_500_000);
    let sent = content.clone();
    let (server, session) = start(move |peer| {
        while let Some(request) = peer.read_request()? {
            if request.starts_with(b"GET /chunked") {
                peer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                for chunk in sent.chunks(40_000) {
                    peer.write(format!("{:x}\r\n", chunk.len()).as_bytes())?;
                    peer.write(chunk)?;
                    peer.write(b"\r\n")?;
                }
                peer.write(b"0\r\n\r\n")?;
            } else {
                peer.write(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len()).as_bytes())?;
                peer.write(&sent)?;
            }
        }
        Ok(())
    });
    for path in ["/", "/chunked"] {
        for size in [5_000, 32 * 1024, 65_536, 200_000, 2 << 20] {
            let mut stream = session.get(server.url(path)).stream().unwrap();
            let (mut all, mut piece) = (Vec::new(), vec![0; size]);
            loop {
                match stream.read(&mut piece).unwrap() {
                    0 => break,
                    count => all.extend_from_slice(&piece[..count]),
                }
            }
            assert!(all == content, "{path} by {size}");
        }
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_ends_without_a_goodbye_is_truncated_where_nothing_else_says_its_end() {
    let (server, session) = start(|peer| {
        if peer.read_request()?.is_some() {
            peer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")?;
        }
        Ok(())
    });
    for size in [3, 100_000] {
        let mut stream = session.get(server.url("/")).stream().unwrap();
        let (mut all, mut piece) = (Vec::new(), vec![0; size]);
        let error = loop {
            match stream.read(&mut piece) {
                Ok(0) => panic!("nobody has said that this is the end"),
                Ok(count) => all.extend_from_slice(&piece[..count]),
                Err(error) => break error,
            }
        };
        assert_eq!((&all[..], error.kind()), (&b"hello"[..], io::ErrorKind::UnexpectedEof));
        assert_eq!(stream.chunk().unwrap_err().kind(), ErrorKind::Truncated);
    }
}

#[test]
fn a_body_that_is_cut_is_truncated_behind_what_came() {
    let content = pattern(300_000);
    let sent = content.clone();
    let (server, session) = start(move |peer| {
        if peer.read_request()?.is_some() {
            peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 300001\r\n\r\n")?;
            peer.write(&sent)?;
            return peer.finish();
        }
        Ok(())
    });
    for size in [1_000, 100_000] {
        let mut stream = session.get(server.url("/")).stream().unwrap();
        let (mut all, mut piece) = (Vec::new(), vec![0; size]);
        let error = loop {
            match stream.read(&mut piece) {
                Ok(0) => panic!("one byte is missing"),
                Ok(count) => all.extend_from_slice(&piece[..count]),
                Err(error) => break error,
            }
        };
        assert!(all == content && error.kind() == io::ErrorKind::UnexpectedEof);
    }
}
