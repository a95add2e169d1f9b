//! How connections are made: Unix sockets, local addresses, ahead of time; and which of them are never shared.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sortie::{Addresses, Error, ErrorKind, Phase, Proxies, Request, Response, Session, Wait};
use sortie_testserver::proxy::{Asked, ProxyOptions, ProxyServer};
use sortie_testserver::{Manners, TestServer, refused_port};
use support::chain::chain;
use support::secure::{options, trusting};
use support::sockets::sockets_to;

/// A path for a socket, which is taken away in the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Place(std::env::temp_dir().join(format!("sortie {} {number}.sock", std::process::id())))
    }

    /// The URL of a path at this socket.
    fn url(&self, path: &str) -> String {
        format!("http+unix://{}{path}", utf8_percent_encode(self.0.to_str().unwrap(), NON_ALPHANUMERIC))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A server at a Unix socket.
fn local() -> (TestServer, Place) {
    let place = Place::new();
    (TestServer::start_unix(&place.0).unwrap(), place)
}

fn field(response: &Response, name: &str) -> String {
    response.json::<serde_json::Value>().unwrap()["headers"][name].as_str().unwrap().to_owned()
}

/// What the server takes for the client's address.
fn origin(outcome: Result<Response, Error>) -> String {
    outcome.unwrap().json::<serde_json::Value>().unwrap()["origin"].as_str().unwrap().to_owned()
}

#[test]
fn a_unix_socket_is_named_by_the_url_a_request_or_the_session() {
    let (server, place) = local();
    let session = Session::new();
    for _ in 0..2 {
        let response = session.get(place.url("/get?q=1")).send().unwrap();
        assert_eq!(
            (response.url().as_str(), field(&response, "Host")),
            ("http://localhost/get?q=1", "localhost".into())
        );
    }
    let named = session.get("http://any.test/get").unix_socket(&place.0).send().unwrap();
    assert_eq!(field(&named, "Host"), "any.test");
    // The URL's and the request's are the same kind of connection, to two origins.
    assert_eq!(server.connections(), 2);
    let always = Session::builder().unix_socket(&place.0).build().unwrap();
    assert_eq!(origin(always.get("http://any.test/ip").send()), "unix");
    // The program has named it: no address is connected to that could be refused, and no name looked up.
    let strict = Session::builder()
        .addresses(Addresses::public_only())
        .resolver(|name: &str| panic!("{name} was looked up"))
        .build()
        .unwrap();
    assert_eq!(origin(strict.get("http://any.test/ip").unix_socket(&place.0).send()), "unix");
}

#[test]
fn redirects_and_cookies_stay_at_the_unix_socket() {
    let (server, place) = local();
    let response = Session::new().get(place.url("/cookies/set/a/1")).send().unwrap();
    assert_eq!((response.history().len(), response.url().as_str()), (1, "http://localhost/cookies"));
    assert!(response.text().contains("\"a\": \"1\""), "{}", response.text());
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_redirect_to_another_origin_leaves_the_unix_socket() {
    let ((_local, place), other) = (local(), TestServer::start().unwrap());
    let away = format!("/redirect-to?url={}", utf8_percent_encode(&other.url("/ip"), NON_ALPHANUMERIC));
    let session = Session::new();
    for request in [session.get(place.url(&away)), session.get(format!("http://any.test{away}")).unix_socket(&place.0)]
    {
        let response = request.send().unwrap();
        assert_eq!((response.history().len(), response.url().as_str()), (1, other.url("/ip").as_str()));
        assert_eq!(origin(Ok(response)), "127.0.0.1");
    }
    // An `args` hook that leads elsewhere leads there.
    let elsewhere = other.url("/ip");
    let request = session.get(place.url("/ip")).on_args(move |args: &sortie::Arguments| {
        let mut args = args.clone();
        args.set_url(elsewhere.as_str());
        Some(args)
    });
    assert_eq!(origin(request.send()), "127.0.0.1");
}

#[test]
fn a_url_names_no_unix_socket_where_addresses_are_restricted() {
    let (server, place) = local();
    let session = Session::builder().addresses(Addresses::public_only()).build().unwrap();
    let errors = [session.get(place.url("/ip")).send().unwrap_err(), session.warm(place.url("/"), 1).unwrap_err()];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Address, "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_goes_to_a_unix_socket_and_what_does_not_share_no_connection() {
    let ((server, place), other) = (local(), TestServer::start().unwrap());
    let session = Session::new();
    for _ in 0..2 {
        assert_eq!(origin(session.get(other.url("/ip")).unix_socket(&place.0).send()), "unix");
        assert_eq!(origin(session.get(other.url("/ip")).send()), "127.0.0.1");
    }
    assert_eq!((server.connections(), other.connections()), (1, 1));
}

#[test]
fn a_unix_socket_that_is_not_there_is_named() {
    let place = Place::new();
    let error = Session::new().get(place.url("/get")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)));
    let causes = chain(&error);
    assert!(causes.contains(place.0.to_str().unwrap()) && causes.contains("No such file"), "{causes}");
    assert_eq!(Session::new().warm(place.url("/"), 2).unwrap_err().kind(), ErrorKind::Connect);
    for url in ["http+unix:///get", "http+unix://", "https+unix://%2Frun%2Fs/"] {
        assert_eq!(sortie::get(url).send().unwrap_err().kind(), ErrorKind::InvalidUrl, "{url}");
    }
}

#[test]
fn a_unix_socket_is_asked_itself_unless_the_request_says_that_a_proxy_is_there() {
    let (server, place) = local();
    let proxy = ProxyServer::start(ProxyOptions::http()).unwrap();
    let url = proxy.url().replace("://", "://ann:secret@");
    let session = Session::builder().proxy(&url).build().unwrap();
    for request in [session.get(place.url("/headers")), session.get("http://localhost/headers").unix_socket(&place.0)] {
        let response = request.send().unwrap();
        assert_eq!(field(&response, "Host"), "localhost");
        assert!(!response.text().contains("Proxy-Authorization"), "{}", response.text());
    }
    let proxied = session.get("http://a.test/headers").unix_socket(&place.0).proxy(&url).send().unwrap();
    assert!(proxied.text().contains("Proxy-Authorization"), "{}", proxied.text());
    // A session's socket with its own proxy: the proxy is there.
    let both = Session::builder().unix_socket(&place.0).proxy(&url).build().unwrap();
    assert!(both.get("http://a.test/headers").send().unwrap().text().contains("Proxy-Authorization"));
    assert_eq!((proxy.connections(), server.requests()), (0, 4));
}

#[test]
fn the_local_address_is_the_one_that_was_bound_and_connections_of_two_are_not_shared() {
    let server = TestServer::start().unwrap();
    let bound: IpAddr = "127.0.0.2".parse().unwrap();
    let (bound, usual) = (Session::builder().bind(bound).build().unwrap(), Session::new());
    // On one loop, one after the other.
    let mut batch = usual.batch();
    for _ in 0..2 {
        for (session, address) in [(&bound, "127.0.0.2"), (&usual, "127.0.0.1")] {
            batch.submit(session.get(server.url("/ip")));
            while batch.unfinished() > 0 {
                batch.turn(Wait::Forever).unwrap();
                while let Some((_, outcome)) = batch.take() {
                    assert_eq!(origin(outcome), address);
                }
            }
        }
    }
    assert_eq!((server.connections(), batch.pool().opened, batch.pool().reused), (2, 2, 2));
}

#[test]
fn a_local_address_that_cannot_be_had_is_an_error_of_connecting() {
    let server = TestServer::start().unwrap();
    for address in ["192.0.2.1", "::1"] {
        let session = Session::builder().bind(address.parse().unwrap()).build().unwrap();
        let error = session.get(server.url("/ip")).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)), "{}", chain(&error));
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn warm_connections_serve_the_calls_that_come() {
    for server in [TestServer::start().unwrap(), TestServer::start_tls(options()).unwrap()] {
        let session = Session::builder().tls(trusting().build().unwrap()).build().unwrap();
        assert_eq!(session.warm(server.url("/ignored?q=1"), 4).unwrap(), 4);
        assert_eq!((sockets_to(server.addr()).len(), server.requests()), (4, 0));
        let wait = |_| session.get(server.url("/wait/4"));
        assert!(session.map((0..4).map(wait)).iter().all(Result::is_ok));
        assert_eq!(server.connections(), 4);
        // Those that are there already count.
        assert_eq!(session.warm(server.url("/"), 3).unwrap(), 3);
        assert_eq!(server.connections(), 4);
        assert_eq!(session.warm(server.url("/"), 100).unwrap(), 16);
        assert_eq!(session.warm(server.url("/"), 1).unwrap(), 1);
        assert_eq!(sockets_to(server.addr()).len(), 16);
        drop(session);
        assert!(sockets_to(server.addr()).is_empty());
    }
}

#[test]
fn no_more_are_warmed_than_the_session_may_have() {
    let servers = [(); 2].map(|()| TestServer::start().unwrap());
    let session = Session::builder().connections(5).per_origin(3).build().unwrap();
    // What is idle elsewhere makes room.
    assert_eq!(servers.each_ref().map(|server| session.warm(server.url("/"), 10).unwrap()), [3, 3]);
    assert_eq!(session.warm(servers[0].url("/"), 0).unwrap(), 0);
    assert_eq!(servers.each_ref().map(|server| sockets_to(server.addr()).len()), [2, 3]);
}

#[test]
fn warming_goes_the_way_that_calls_go() {
    let server = TestServer::start_tls(options()).unwrap();
    let proxy = ProxyServer::start(ProxyOptions::http()).unwrap();
    let session = Session::builder().tls(trusting().build().unwrap()).proxy(proxy.url()).build().unwrap();
    assert_eq!(session.warm(server.url("/"), 2).unwrap(), 2);
    assert!(session.get(server.url("/get")).send().unwrap().ok());
    assert_eq!((proxy.connections(), server.connections(), proxy.requests()[0].asked), (2, 2, Asked::Connect));
    // A request that goes another way has nothing of it.
    assert!(session.get(server.url("/get")).proxies(Proxies::direct()).send().unwrap().ok());
    assert_eq!((proxy.connections(), server.connections()), (2, 3));

    let (local, place) = local();
    assert_eq!(session.warm(place.url("/"), 2).unwrap(), 2);
    assert!(session.get(place.url("/get")).send().unwrap().ok());
    assert_eq!(local.connections(), 2);
}

#[test]
fn warming_up_says_why_no_connection_could_be_opened() {
    let server = TestServer::start_tls(options()).unwrap();
    let refused = format!("http://127.0.0.1:{}/", refused_port());
    let cases = [
        ("nowhere".to_owned(), ErrorKind::InvalidUrl, Phase::Prepare),
        (refused.clone(), ErrorKind::Connect, Phase::Connect),
        (server.url("/"), ErrorKind::Tls, Phase::Tls),
    ];
    for (url, kind, phase) in cases {
        let error = Session::new().warm(&url, 3).unwrap_err();
        assert_eq!((error.kind(), error.phase()), (kind, Some(phase)), "{}", chain(&error));
        assert_eq!((error.url(), error.method()), (Some(url), None));
    }
    let secure = Session::builder().https_only(true).build().unwrap();
    let error = secure.warm(&refused, 1).unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidUrl, Some(Phase::Prepare)), "{}", chain(&error));
    assert_eq!(error.to_string(), format!("only https is allowed: {refused} (phase prepare)"));
    assert!(sockets_to(server.addr()).is_empty());
    // One that stands is enough.
    let manners = Manners { refuse_every: Some(2), ..Manners::default() };
    let server = TestServer::start_tls_with(options(), manners).unwrap();
    let session = Session::builder().tls(trusting().build().unwrap()).build().unwrap();
    assert_eq!(session.warm(server.url("/"), 4).unwrap(), 2);
}

#[test]
fn ways_that_lead_nowhere_can_be_taken_back() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    let get = || session.get(server.url("/get")).send();
    session.change(|defaults| defaults.unix_socket("/nowhere/socket")).unwrap();
    assert!(get().is_err());
    session.change(|defaults| defaults.unset_unix_socket().bind("::1".parse().unwrap())).unwrap();
    assert!(get().is_err());
    session.change(|defaults| defaults.unset_bind().interface("no-such-one")).unwrap();
    assert!(get().is_err());
    session.change(|defaults| defaults.unset_interface()).unwrap();
    assert!(get().unwrap().ok());
}

#[test]
fn warming_without_any_limit_ends_with_the_first_that_fails() {
    let url = format!("http://127.0.0.1:{}/", refused_port());
    let session = Session::builder().connections(usize::MAX).per_origin(usize::MAX).build().unwrap();
    assert_eq!(session.warm(&url, usize::MAX).unwrap_err().kind(), ErrorKind::Connect);
}

#[test]
fn a_warm_connection_that_was_closed_meanwhile_does_no_harm() {
    let server = TestServer::start().unwrap();
    let addr = server.addr();
    let session = Session::new();
    assert_eq!(session.warm(server.url("/"), 2).unwrap(), 2);
    server.kill();
    let server = TestServer::start_on(addr).unwrap();
    let requests: [Request; 2] = [session.get(server.url("/get")), session.post(server.url("/post")).body("once")];
    for request in requests {
        assert!(request.send().unwrap().ok());
    }
    assert_eq!(server.requests(), 2);
}

#[test]
fn warming_up_again_opens_anew_what_the_server_has_closed_meanwhile() {
    let server = TestServer::start().unwrap();
    let addr = server.addr();
    let session = Session::builder().per_origin(2).build().unwrap();
    assert_eq!(session.warm(server.url("/"), 2).unwrap(), 2);
    server.kill();
    let server = TestServer::start_on(addr).unwrap();
    assert_eq!(session.warm(server.url("/"), 2).unwrap(), 2);
    let both = [(); 2].map(|()| session.get(server.url("/wait/2")));
    assert!(session.map(both).iter().all(Result::is_ok));
    assert_eq!((server.connections(), sockets_to(addr).len()), (2, 2));
    server.kill();
    assert_eq!(session.warm(format!("http://{addr}/"), 2).unwrap_err().kind(), ErrorKind::Connect);
}
