//! How the server begins, counts and ends, as a value and as a program.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use client::Client;
use sortie_testserver::{Identity, TestServer, TlsOptions, refused_port};

#[test]
fn a_url_has_the_port_and_one_slash() {
    let server = TestServer::start().unwrap();
    let port = server.addr().port();
    assert_eq!(server.url("/get?a=1"), format!("http://127.0.0.1:{port}/get?a=1"));
    assert_eq!(server.url("get"), format!("http://127.0.0.1:{port}/get"));
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let server = TestServer::start().unwrap();
    assert_eq!(TestServer::start_on(server.addr()).unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn connections_and_requests_are_counted() {
    let server = TestServer::start().unwrap();
    assert_eq!((server.connections(), server.open_connections(), server.requests()), (0, 0, 0));
    let mut clients: Vec<Client> = (0..3).map(|_| Client::new(server.addr())).collect();
    for client in &mut clients {
        client.get("/small");
        client.get("/get");
    }
    assert_eq!((server.connections(), server.open_connections(), server.requests()), (3, 3, 6));
    clients.truncate(1);
    // The server sees an end when it comes to it; each exchange gives it a turn.
    let mut turns = 0;
    while server.open_connections() > 1 {
        turns += 1;
        assert!(turns < 10_000, "{} connections are still open", server.open_connections());
        clients[0].get("/small");
    }
    Client::new(server.addr()).get("/small");
    assert_eq!((server.connections(), server.most_connections()), (4, 3));
    assert_eq!(server.requests(), 7 + turns);
}

#[test]
fn dropping_the_server_ends_every_connection() {
    let server = TestServer::start().unwrap();
    let addr = server.addr();
    let mut idle = Client::new(addr);
    idle.get("/small");
    let mut waiting = Client::new(addr);
    waiting.stream().write_all(b"GET /delay/10 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut receiving = Client::new(addr);
    receiving.stream().write_all(b"GET /bytes/104857600 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    // Those two have begun when the server counts two requests more than the first client sent.
    let mut turns = 1;
    while server.requests() < turns + 2 {
        assert!(turns < 10_000, "{} requests have come", server.requests());
        turns += 1;
        idle.get("/small");
    }
    drop(server);
    assert!(idle.at_end());
    assert!(waiting.at_end());
    let mut received = Vec::new();
    let _ = receiving.stream().read_to_end(&mut received);
    assert!(received.len() < 104_857_600, "the answer came whole");
    assert!(TcpStream::connect(addr).is_err());
    // The port is free again: nothing of the server is left.
    drop(TcpListener::bind(addr).unwrap());
}

#[test]
fn killing_the_server_resets_every_connection() {
    let server = TestServer::start().unwrap();
    let addr = server.addr();
    let mut idle = Client::new(addr);
    idle.get("/small");
    let mut held = Client::new(addr);
    held.stream().write_all(b"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut receiving = Client::new(addr);
    receiving.stream().write_all(b"GET /bytes/104857600 HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut turns = 1;
    while server.requests() < turns + 2 || server.held() < 1 {
        assert!(turns < 10_000, "{} requests have come", server.requests());
        turns += 1;
        idle.get("/small");
    }
    server.kill();
    assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    for client in [&mut idle, &mut held, &mut receiving] {
        let end = client.stream().read_to_end(&mut Vec::new());
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    let server = TestServer::start_on(addr).unwrap();
    assert_eq!(Client::new(addr).get("/small").status, 200);
    assert_eq!(server.requests(), 1);
}

#[test]
fn nobody_answers_at_a_refused_port() {
    let (one, other) = (refused_port(), refused_port());
    assert_ne!(one, other);
    for port in [one, other] {
        let error = TcpStream::connect(("127.0.0.1", port)).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}

/// The program, killed at the end of its test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Program {
    /// Starts it, and reads where it listens.
    fn start(command: &mut Command) -> (Self, SocketAddr) {
        let mut program = Self(command.stdout(Stdio::piped()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim_end().strip_prefix("http://").unwrap().parse().unwrap();
        (program, addr)
    }
}

#[test]
fn the_program_prints_its_url_and_serves() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sortie-testserver"));
    let (_program, addr) = Program::start(command.arg("127.0.0.1:0"));
    assert_eq!(Client::new(addr).get("/small").status, 200);
}

#[test]
fn clients_beyond_the_descriptor_limit_wait_until_others_leave() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 24 && exec \"$0\"", env!("CARGO_BIN_EXE_sortie-testserver")]);
    let (_program, addr) = Program::start(&mut command);
    for _ in 0..2 {
        let mut clients: Vec<Client> = (0..80).map(|_| Client::new(addr)).collect();
        for client in &mut clients {
            client.stream().write_all(b"GET /small HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        }
        // Accepted in this order; whoever is answered leaves and makes room.
        for mut client in clients {
            assert_eq!(client.receive(false).status, 200);
        }
    }
}

#[test]
fn the_program_writes_certificates_that_fit() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("certs-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sortie-testserver"));
    assert!(command.arg("certs").arg(&folder).status().unwrap().success());
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let identity =
        |name: &str| Identity { cert_pem: read(&format!("{name}.pem")), key_pem: read(&format!("{name}.key")) };
    let options = TlsOptions { client_auth: Some(read("ca.pem")), ..TlsOptions::new(identity("server")) };
    let server = TestServer::start_tls(options).unwrap();
    let config = Arc::new(secure::known_client(&read("ca.pem"), &identity("client")));
    for name in ["localhost", "example.test", "127.0.0.1", "::1"] {
        let stream = secure::connect(&config, server.addr(), name).unwrap();
        assert_eq!(Client::over(stream).get("/small").status, 200, "{name}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_program_explains_itself() {
    let run =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_sortie-testserver")).args(arguments).output().unwrap();
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().contains("Usage: sortie-testserver [ADDR:PORT]"));
    assert_eq!(run(&["certs", "/dev/null"]).status.code(), Some(1));
    assert_eq!(run(&["nowhere"]).status.code(), Some(2));
    assert_eq!(run(&["127.0.0.1:0", "more"]).status.code(), Some(2));
}
