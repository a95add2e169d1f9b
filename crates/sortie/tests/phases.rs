//! Rule 36 on real sockets: what hangs while a connection is made is given up in time, named, and leaves nothing open.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod deaf;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sortie::{Error, ErrorKind, Phase, Request, Session, SessionBuilder};
use sortie_testserver::TestServer;
use sortie_testserver::proxy::{ProxyFault, ProxyOptions, ProxyServer};
use support::chain::chain;
use support::deaf::Deaf;
use support::secure::{options, trusting};
use support::sockets::sockets_to;

/// Long enough to be set, short enough to be waited for.
const SHORT: Duration = Duration::from_millis(50);

/// A resolver that answers no question before the other end is dropped.
fn silent_resolver() -> (Sender<()>, impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync) {
    let (go, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    (go, move |_: &str| gate.lock().unwrap().recv().map(|()| Vec::new()).map_err(io::Error::other))
}

/// A port that takes connections and never says anything.
fn silent_port() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

fn silent_proxy(options: ProxyOptions) -> ProxyServer {
    ProxyServer::start(ProxyOptions { fault: Some(ProxyFault::Silence), ..options }).unwrap()
}

/// How long each phase may take, by a request's own limits.
fn limit(request: Request, phase: Phase) -> Request {
    match phase {
        Phase::Resolve => request.resolve_timeout(SHORT),
        Phase::Proxy => request.proxy_timeout(SHORT),
        Phase::Tls => request.tls_timeout(SHORT),
        _ => request.connect_timeout(SHORT),
    }
}

/// The same, by the session's.
fn limit_session(builder: SessionBuilder, phase: Phase) -> SessionBuilder {
    match phase {
        Phase::Resolve => builder.resolve_timeout(SHORT),
        Phase::Proxy => builder.proxy_timeout(SHORT),
        Phase::Tls => builder.tls_timeout(SHORT),
        _ => builder.connect_timeout(SHORT),
    }
}

/// Holds that a call timed out in this phase, as its error says.
fn assert_timeout(error: &Error, kind: ErrorKind, phase: Phase, peer: Option<SocketAddr>) {
    assert_eq!((error.kind(), error.phase(), error.attempts()), (kind, Some(phase), 0), "{}", chain(error));
    let text = error.to_string();
    assert!(error.is_timeout() && text.contains("50ms") && text.contains(&format!("{phase}")), "{text}");
    if let (Some(peer), ErrorKind::ConnectTimeout) = (peer, kind) {
        assert!(text.contains(&format!("waiting for {peer}")), "{text}");
    }
}

#[test]
fn rule_36_each_part_of_connecting_has_a_limit_and_is_named_with_its_peer() {
    let (deaf, (_silent, mute)) = (Deaf::start(), silent_port());
    let tunnel = silent_proxy(ProxyOptions::http());
    let secured = silent_proxy(ProxyOptions { tls: Some(options()), ..ProxyOptions::http() });
    let socks = silent_proxy(ProxyOptions::socks5());
    let (_go, resolver) = silent_resolver();
    let resolver = Arc::new(resolver);
    let session = || {
        let resolver = resolver.clone();
        Session::builder().tls(trusting().build().unwrap()).resolver(move |name: &str| resolver(name))
    };
    let deaf_addr: SocketAddr = deaf.url()["http://".len()..].trim_end_matches('/').parse().unwrap();
    let url = format!("https://{mute}/");
    // A proxy that says nothing in the TLS handshake, or after it, has the proxy's time.
    let cases = [
        ("http://a.test/".to_owned(), None, Phase::Resolve, None),
        (deaf.url(), None, Phase::Connect, Some(deaf_addr)),
        (url.clone(), None, Phase::Tls, Some(mute)),
        (url.clone(), Some(tunnel.url()), Phase::Proxy, Some(tunnel.addr())),
        (url.clone(), Some(secured.url()), Phase::Proxy, Some(secured.addr())),
        (url.clone(), Some(format!("https://{mute}")), Phase::Proxy, Some(mute)),
        (url.clone(), Some(socks.url()), Phase::Proxy, Some(socks.addr())),
        ("http://a.test/".to_owned(), Some(socks.url()), Phase::Resolve, None),
    ];
    for (url, proxy, phase, peer) in cases {
        // The deaf one's queue is of sockets of our own.
        let held = peer.map(sockets_to);
        let with_proxy = |builder: SessionBuilder| match &proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        };
        let usual = with_proxy(session()).build().unwrap();
        // By a limit of its own, on the request or the session; by that of all of connecting; by that of the call.
        let own = limit(usual.get(&url), phase).send().unwrap_err();
        assert_timeout(&own, ErrorKind::ConnectTimeout, phase, peer);
        let by_session = limit_session(with_proxy(session()), phase).build().unwrap();
        assert_timeout(&by_session.get(&url).send().unwrap_err(), ErrorKind::ConnectTimeout, phase, peer);
        // A connection that is opened beforehand has the session's limits too.
        let warm = by_session.warm(&url, 2).unwrap_err();
        assert_timeout(&warm, ErrorKind::ConnectTimeout, phase, peer);
        assert_eq!((warm.url(), warm.method()), (Some(url.clone()), None));
        let whole = usual.get(&url).connect_timeout(SHORT).send().unwrap_err();
        assert_timeout(&whole, ErrorKind::ConnectTimeout, phase, peer);
        let total = usual.get(&url).timeout(SHORT).send().unwrap_err();
        assert_timeout(&total, ErrorKind::TotalTimeout, phase, peer);
        assert_eq!(peer.map(sockets_to), held, "{phase}");
    }
}

#[test]
fn rule_36_what_is_given_up_holds_nobody_else_up() {
    let server = TestServer::start().unwrap();
    let (_silent, mute) = silent_port();
    let (_go, resolver) = silent_resolver();
    let session =
        Session::builder().tls(trusting().build().unwrap()).resolver(resolver).connections(1).build().unwrap();
    let requests = [
        session.get("http://a.test/").resolve_timeout(SHORT),
        session.get(format!("https://{mute}/")).tls_timeout(SHORT),
        session.get(server.url("/small")),
    ];
    let phases = [Some(Phase::Resolve), Some(Phase::Tls), None];
    for (outcome, phase) in session.map(requests).into_iter().zip(phases) {
        assert_eq!(outcome.err().and_then(|error| error.phase()), phase);
    }
    assert!(sockets_to(mute).is_empty());
}

#[test]
fn rule_36_a_call_that_is_cancelled_does_not_wait_for_its_name() {
    let (_go, resolver) = silent_resolver();
    let session = Session::builder().resolver(resolver).build().unwrap();
    let mut batch = session.batch();
    let call = batch.submit(session.get("http://a.test/"));
    batch.turn(sortie::Wait::Not).unwrap();
    assert!(batch.cancel(call));
    let error = batch.take().unwrap().1.unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Some(Phase::Resolve)));
    // Neither the batch nor the session waits for the thread that still asks.
}

#[test]
fn rule_36_zero_is_an_error_for_each_part_of_connecting() {
    let server = TestServer::start().unwrap();
    let (zero, get) = (Duration::ZERO, || sortie::get(server.url("/get")));
    let requests = [get().resolve_timeout(zero), get().proxy_timeout(zero), get().tls_timeout(zero)];
    for (request, name) in requests.into_iter().zip(["resolve", "proxy", "tls"]) {
        let error = request.send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidArgument, Some(Phase::Prepare)));
        let causes = chain(&error);
        assert!(causes.contains("is zero") && causes.contains(name), "{causes}");
    }
    let builders = [
        Session::builder().resolve_timeout(zero),
        Session::builder().proxy_timeout(zero),
        Session::builder().tls_timeout(zero),
    ];
    for builder in builders {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn rule_36_a_request_can_lift_the_limits_of_its_session() {
    // No limit is met by a connection that is made at once, and none that was lifted is zero.
    let server = TestServer::start_tls(options()).unwrap();
    let builder = Session::builder().tls(trusting().build().unwrap());
    let session = [Phase::Resolve, Phase::Proxy, Phase::Tls].into_iter().fold(builder, limit_session).build().unwrap();
    let (_silent, mute) = silent_port();
    let lifted = session.get(format!("https://{mute}/")).tls_timeout(None).connect_timeout(None);
    let error = lifted.timeout(Duration::from_millis(200)).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::TotalTimeout, Some(Phase::Tls)), "{}", chain(&error));
    let lifted = session.get(server.url("/get")).resolve_timeout(None).proxy_timeout(None).tls_timeout(None);
    assert!(lifted.send().unwrap().ok());
}

#[test]
fn warming_up_has_the_connect_timeout_and_names_whom_it_waited_for() {
    let (_silent, mute) = silent_port();
    let session = Session::builder().tls(trusting().build().unwrap()).connect_timeout(SHORT).build().unwrap();
    let error = session.warm(format!("https://{mute}/?token=5ecret"), 3).unwrap_err();
    assert_timeout(&error, ErrorKind::ConnectTimeout, Phase::Tls, Some(mute));
    assert!(error.to_string().ends_with(&format!(": https://{mute}/?token=*** (phase TLS)")), "{error}");
    assert!(sockets_to(mute).is_empty());
}
