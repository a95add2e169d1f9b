//! The server over TLS: what it agrees to, whom it lets in, and what its certificates say.
#![allow(clippy::unwrap_used)]

mod client;
mod secure;

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use client::Client;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error};
use secure::{connect, known_client, of_versions, options, reason, server};
use serde_json::{Value, json};
use sortie_testserver::{Authority, Handshakes, Identity, Manners, TestServer, TlsOptions, TlsVersions};

/// What the server says of a new connection.
fn told(config: &Arc<ClientConfig>, server: &TestServer) -> Value {
    Client::over(connect(config, server.addr(), "localhost").unwrap()).get("/tls").json()
}

/// Why a new connection fails, be it after the client's part of the handshake.
fn refused(config: ClientConfig, server: &TestServer) -> Error {
    let error = match connect(&Arc::new(config), server.addr(), "localhost") {
        Ok(stream) => Client::over(stream).end().unwrap_err(),
        Err(error) => error,
    };
    reason(&error).clone()
}

#[test]
fn the_routes_are_the_same_and_know_their_scheme() {
    let (server, authority) = server(|_| {});
    assert_eq!(server.url("/get"), format!("https://{}/get", server.addr()));
    let config = Arc::new(secure::client(&authority));
    let mut client = Client::over(connect(&config, server.addr(), "127.0.0.1").unwrap());
    assert_eq!(client.get("/get").json()["url"], "https://h:1/get");
    assert_eq!(client.get("/absolute-redirect/1").field("Location"), Some("https://h:1/get"));
    assert_eq!(client.get("/bytes/300000?seed=1").content, sortie_testserver::random_bytes(1, 300_000));
    assert_eq!((server.connections(), server.requests()), (1, 3));
    assert_eq!(server.handshakes(), Handshakes { full: 1, resumed: 0, failed: 0 });
    let plain = TestServer::start().unwrap();
    assert_eq!(Client::new(plain.addr()).get("/tls").json(), Value::Null);
    assert_eq!(plain.handshakes(), Handshakes::default());
}

#[test]
fn a_server_speaks_the_versions_it_was_given() {
    for (versions, only, other, name) in
        [(TlsVersions::Tls12, &TLS12, &TLS13, "TLSv1.2"), (TlsVersions::Tls13, &TLS13, &TLS12, "TLSv1.3")]
    {
        let (server, authority) = server(|options| options.versions = versions);
        for config in [secure::client(&authority), of_versions(&authority, &[only])] {
            let told = told(&Arc::new(config), &server);
            assert_eq!((&told["version"], &told["server_name"]), (&json!(name), &json!("localhost")));
            assert!(told["cipher"].as_str().unwrap().starts_with("TLS"), "{told}");
        }
        let error = refused(of_versions(&authority, &[other]), &server);
        assert_eq!(error, Error::AlertReceived(AlertDescription::ProtocolVersion));
    }
}

#[test]
fn a_certificate_has_the_fault_that_was_asked_for() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let names = ["localhost"];
    type Fits = fn(&CertificateError) -> bool;
    let cases: [(Identity, Fits); 4] = [
        (authority.expired(&names).unwrap(), |error| matches!(error, CertificateError::ExpiredContext { .. })),
        (authority.not_yet_valid(&names).unwrap(), |error| {
            matches!(error, CertificateError::NotValidYetContext { .. })
        }),
        (authority.certificate(&["a.test", "::1"]).unwrap(), |error| {
            matches!(error, CertificateError::NotValidForNameContext { .. })
        }),
        (stranger.certificate(&names).unwrap(), |error| *error == CertificateError::UnknownIssuer),
    ];
    for (identity, fits) in cases {
        let server = TestServer::start_tls(TlsOptions::new(identity)).unwrap();
        let error = refused(secure::client(&authority), &server);
        assert!(matches!(&error, Error::InvalidCertificate(error) if fits(error)), "{error:?}");
    }
}

#[test]
fn an_intermediate_is_brought_along() {
    let authority = Authority::new().unwrap();
    let issuer = authority.intermediate().unwrap().intermediate().unwrap();
    let identity = issuer.certificate(&["localhost"]).unwrap();
    assert_eq!(identity.cert_pem.matches("BEGIN CERTIFICATE").count(), 3);
    let alone = identity.cert_pem.split_inclusive("-----END CERTIFICATE-----").next().unwrap().to_owned();
    let server = TestServer::start_tls(TlsOptions::new(identity.clone())).unwrap();
    assert_eq!(told(&Arc::new(secure::client(&authority)), &server)["version"], "TLSv1.3");
    let server = TestServer::start_tls(TlsOptions::new(Identity { cert_pem: alone, ..identity })).unwrap();
    let error = refused(secure::client(&authority), &server);
    assert_eq!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer));
}

#[test]
fn a_client_is_let_in_by_its_certificate() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let clients = Authority::new().unwrap();
        let (server, authority) = server(|options| {
            options.client_auth = Some(clients.pem().to_owned());
            options.versions = versions;
        });
        let known = known_client(authority.pem(), &clients.client("somebody").unwrap());
        let known = Arc::new(known);
        let nobody = refused(secure::client(&authority), &server);
        assert_eq!(nobody, Error::AlertReceived(AlertDescription::CertificateRequired));
        let stranger = refused(known_client(authority.pem(), &authority.client("stranger").unwrap()), &server);
        assert_eq!(stranger, Error::AlertReceived(AlertDescription::UnknownCA));
        // The server has counted those two when it answers another.
        assert_eq!(told(&known, &server)["client_certificates"], 1);
        assert_eq!(server.handshakes(), Handshakes { full: 1, resumed: 0, failed: 2 });
    }
}

#[test]
fn a_protocol_is_agreed_upon_by_the_servers_taste() {
    let (server, authority) = server(|options| options.alpn = vec![b"echo".to_vec(), b"http/1.1".to_vec()]);
    let mut config = secure::client(&authority);
    assert_eq!(told(&Arc::new(config.clone()), &server)["alpn"], Value::Null);
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"echo".to_vec()];
    assert_eq!(told(&Arc::new(config.clone()), &server)["alpn"], "echo");
    config.alpn_protocols = vec![b"h2".to_vec()];
    assert_eq!(refused(config, &server), Error::AlertReceived(AlertDescription::NoApplicationProtocol));
}

#[test]
fn sessions_are_taken_up_where_there_are_tickets() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        for (tickets, resumed) in [(2, 3), (0, 0)] {
            let (server, authority) = server(|options| {
                options.tickets = tickets;
                options.versions = versions;
            });
            let config = Arc::new(secure::client(&authority));
            let kinds: Vec<Value> = (0..4).map(|_| told(&config, &server)["resumed"].take()).collect();
            assert_eq!(kinds.iter().filter(|kind| **kind == true).count(), resumed, "{versions:?}");
            assert_eq!(server.handshakes(), Handshakes { full: 4 - resumed, resumed, failed: 0 });
        }
    }
}

#[test]
fn connections_end_with_a_close_notify() {
    let (server, authority) = server(|_| {});
    let config = Arc::new(secure::client(&authority));
    let asking = |request: &str| {
        let mut client = Client::over(connect(&config, server.addr(), "localhost").unwrap());
        client.stream().write_all(request.as_bytes()).unwrap();
        client
    };
    let close = "GET /small HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    assert!(asking(close).end().unwrap().starts_with(b"HTTP/1.1 200 OK\r\n"));
    for manners in [
        Manners { drop_idle_after: Some(1), ..Manners::default() },
        Manners { cut_every: Some(1), ..Manners::default() },
    ] {
        server.set_manners(manners);
        let answer = asking("GET /small HTTP/1.1\r\nHost: h\r\n\r\n").end();
        assert!(answer.unwrap().starts_with(b"HTTP/1.1 200 OK\r\n"), "{manners:?}");
    }
    server.set_manners(Manners { refuse_every: Some(1), ..Manners::default() });
    let error = connect(&config, server.addr(), "localhost").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof), "{error}");
    let misdeeds = server.misdeeds();
    assert_eq!((misdeeds.dropped, misdeeds.cut, misdeeds.refused), (1, 1, 1));
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let authority = Authority::new().unwrap();
    let (good, other) = (options(&authority), options(&authority));
    let identity = |cert_pem: &str, key_pem: &str| {
        let identity = Identity { cert_pem: cert_pem.to_owned(), key_pem: key_pem.to_owned() };
        TlsOptions { identity, ..good.clone() }
    };
    for bad in [
        identity(&good.identity.cert_pem, &other.identity.key_pem),
        identity(&good.identity.cert_pem, ""),
        identity("", &good.identity.key_pem),
        TlsOptions { client_auth: Some("none".into()), ..good.clone() },
    ] {
        assert_eq!(TestServer::start_tls(bad).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_key_is_not_shown() {
    let identity = Authority::new().unwrap().client("somebody").unwrap();
    assert!(identity.key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    let shown = format!("{:?}", TlsOptions::new(identity));
    assert!(shown.contains("BEGIN CERTIFICATE") && !shown.contains("PRIVATE KEY"), "{shown}");
}
