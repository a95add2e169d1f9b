//! Rule 40: requests through proxies of each kind, who is told which credentials, and proxies that do not lead on.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
    pub(crate) mod secure;
    pub(crate) mod sockets;
}

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;
use sortie::{Basic, Error, ErrorKind, Phase, Proxies, Response, Session, SessionBuilder, TunnelError};
use sortie_testserver::proxy::{Asked, ProxyFault, ProxyOptions, ProxyServer};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, TestServer, TlsOptions, refused_port};
use support::chain::chain;
use support::secure::{options, trusting};
use support::sockets::sockets_to;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A plain server and one with TLS, both of the name `a.test`.
fn servers() -> (TestServer, TestServer) {
    (TestServer::start().unwrap(), TestServer::start_tls(options()).unwrap())
}

/// The URL of a path on that server, by the name `a.test`.
fn named(server: &TestServer, path: &str) -> String {
    server.url(path).replace("127.0.0.1", "a.test")
}

fn proxy(options: ProxyOptions) -> ProxyServer {
    ProxyServer::start(options).unwrap()
}

/// A proxy for which `a.test`, at whatever port, is that server.
fn leads_to(server: &TestServer, options: ProxyOptions) -> ProxyOptions {
    ProxyOptions { names: vec![("a.test".into(), server.addr())], ..options }
}

fn wanting(options: ProxyOptions) -> ProxyOptions {
    ProxyOptions { credentials: Some(("ann".into(), "s:cret".into())), ..options }
}

/// The proxy's URL with the right credentials.
fn with_credentials(proxy: &ProxyServer) -> String {
    proxy.url().replace("://", "://ann:s%3Acret@")
}

fn trusting_session() -> SessionBuilder {
    Session::builder().tls(trusting().build().unwrap())
}

fn through(proxy: impl AsRef<str>) -> Session {
    trusting_session().proxy(proxy).build().unwrap()
}

/// The fields that the server saw.
fn seen(response: Response) -> Value {
    assert!(response.ok(), "{}", response.text());
    response.json::<Value>().unwrap()["headers"].take()
}

#[test]
fn rule_40_http_goes_in_absolute_form_and_https_through_a_tunnel() {
    let (plain, secure) = servers();
    for (server, is_secure) in [(&plain, false), (&secure, true)] {
        let proxy = proxy(leads_to(server, ProxyOptions::http()));
        let session = through(proxy.url());
        for _ in 0..2 {
            let seen = seen(session.get(named(server, "/get?q=1#f")).send().unwrap());
            assert_eq!(seen["Host"], format!("a.test:{}", server.addr().port()));
            assert_eq!(seen.get("Via").is_some(), !is_secure);
        }
        let asked = proxy.requests();
        if is_secure {
            assert_eq!(asked.len(), 1);
            assert_eq!(
                (asked[0].asked, &*asked[0].host, asked[0].port),
                (Asked::Connect, "a.test", server.addr().port())
            );
            assert!(!asked[0].carried.windows(4).any(|four| four == b"GET "));
            assert_eq!(asked[0].field("user-agent"), None);
        } else {
            assert_eq!(asked[1].line, format!("GET {} HTTP/1.1", named(server, "/get?q=1")));
            assert_eq!((asked[1].asked, asked[1].field("proxy-connection")), (Asked::Forward, None));
        }
        // Either way the connection to the proxy is used again.
        assert_eq!(proxy.connections(), 1);
    }
}

#[test]
fn rule_40_a_proxy_may_be_secured_itself_and_tls_goes_through_tls() {
    let (plain, secure) = servers();
    for server in [&plain, &secure] {
        let proxy = proxy(wanting(leads_to(server, ProxyOptions { tls: Some(options()), ..ProxyOptions::http() })));
        assert!(proxy.url().starts_with("https://"));
        let session = through(with_credentials(&proxy));
        for _ in 0..2 {
            assert!(session.get(named(server, "/bytes/100000")).send().unwrap().content().len() == 100_000);
        }
        assert_eq!((proxy.connections(), server.connections()), (1, if server.addr() == plain.addr() { 2 } else { 1 }));
    }
}

#[test]
fn a_proxy_is_trusted_by_other_roots_where_that_is_said() {
    let (stranger, (_, secure)) = (Authority::new().unwrap(), servers());
    let tls = TlsOptions::new(stranger.certificate(&["127.0.0.1"]).unwrap());
    let proxy = proxy(leads_to(&secure, ProxyOptions { tls: Some(tls), ..ProxyOptions::http() }));
    let url = named(&secure, "/get");
    let error = through(proxy.url()).get(&url).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Tls, Some(Phase::Proxy)), "{}", chain(&error));
    assert!(chain(&error).contains("issuer is unknown") && chain(&error).contains(&proxy.addr().to_string()));
    let known = sortie::Tls::builder().roots_pem(stranger.pem()).build().unwrap();
    let session = trusting_session().proxy_tls(known).proxy(proxy.url()).build().unwrap();
    assert!(session.get(&url).send().unwrap().ok());
}

#[test]
fn rule_40_socks_takes_names_that_were_looked_up_here_or_are_there() {
    let (plain, secure) = servers();
    for server in [&plain, &secure] {
        for wants in [false, true] {
            let options = leads_to(server, ProxyOptions::socks5());
            let proxy = proxy(if wants { wanting(options) } else { options });
            let url = if wants { with_credentials(&proxy) } else { proxy.url() };
            let port = server.addr().port();
            let builder = || trusting_session().resolve("a.test", port, [HERE]);
            let here = builder().proxy(&url).build().unwrap();
            let there = trusting_session()
                .resolver(|name: &str| panic!("{name} was looked up"))
                .proxy(url.replace("socks5", "socks5h"))
                .build()
                .unwrap();
            for session in [here, there] {
                for _ in 0..2 {
                    assert!(session.get(named(server, "/get")).send().unwrap().ok());
                }
            }
            let asked = proxy.requests();
            assert_eq!(asked.len(), 2);
            assert_eq!((asked[0].asked, &*asked[0].host, asked[0].port), (Asked::SocksAddress, "127.0.0.1", port));
            assert_eq!((asked[1].asked, &*asked[1].host, asked[1].port), (Asked::SocksName, "a.test", port));
            assert_eq!(asked.iter().filter(|asked| asked.credentials.is_some()).count(), if wants { 2 } else { 0 });
        }
    }
}

#[test]
fn rule_40_the_most_precise_key_chooses() {
    let server = TestServer::start().unwrap();
    let secure = TestServer::start_tls(options()).unwrap();
    let names = |server: &TestServer| ["a.test", "b.test"].map(|name| (name.to_owned(), server.addr())).to_vec();
    let proxies: Vec<ProxyServer> = (0..4)
        .map(|index| {
            let server = if index < 2 { &server } else { &secure };
            ProxyServer::start(ProxyOptions { names: names(server), ..ProxyOptions::http() }).unwrap()
        })
        .collect();
    let chosen = Proxies::new()
        .all(&proxies[3].url())
        .and_then(|chosen| chosen.set("all://a.test", &proxies[2].url()))
        .and_then(|chosen| chosen.set("http", &proxies[1].url()))
        .and_then(|chosen| chosen.set("http://a.test", &proxies[0].url()))
        // Whatever the environment spares.
        .and_then(|chosen| chosen.no_proxy(""))
        .unwrap();
    let session = trusting_session().proxies(chosen).build().unwrap();
    let urls = ["http://a.test/get", "http://b.test/get", "https://a.test/get", "https://b.test/get"];
    for (index, url) in urls.into_iter().enumerate() {
        assert!(session.get(url).send().unwrap().ok(), "{url}");
        let counts: Vec<usize> = proxies.iter().map(|proxy| proxy.requests().len()).collect();
        let expected: Vec<usize> = (0..4).map(|other| usize::from(other <= index)).collect();
        assert_eq!(counts, expected, "{url}");
    }
}

#[test]
fn rule_40_credentials_of_a_proxy_go_to_the_proxy_only() {
    let (plain, secure) = servers();
    for options in [ProxyOptions::http(), ProxyOptions::socks5()] {
        for server in [&plain, &secure] {
            let proxy = proxy(wanting(leads_to(server, options.clone())));
            let url = with_credentials(&proxy).replace("socks5:", "socks5h:");
            let seen = seen(through(url).get(named(server, "/headers")).send().unwrap());
            assert_eq!((seen.get("Proxy-Authorization"), seen.get("Authorization")), (None, None));
            let asked = proxy.requests().pop().unwrap();
            assert_eq!(asked.credentials, Some(("ann".into(), "s:cret".into())));
            assert!(!asked.carried.windows(9).any(|window| window.eq_ignore_ascii_case(b"proxy-aut")));
        }
    }
}

#[test]
fn rule_40_a_callers_own_proxy_authorization_never_goes_into_a_tunnel() {
    let (plain, secure) = servers();
    let own = "Basic YW5uOnM6Y3JldA==";
    let get = |session: &Session, server: &TestServer| {
        session.get(named(server, "/headers")).header("Proxy-Authorization", own).header("X-Kept", "1").send().unwrap()
    };
    for (server, options) in
        [(&secure, ProxyOptions::http()), (&plain, ProxyOptions::socks5()), (&secure, ProxyOptions::socks5())]
    {
        let proxy = proxy(leads_to(server, options));
        let seen = seen(get(&through(proxy.url().replace("socks5:", "socks5h:")), server));
        assert_eq!((seen.get("Proxy-Authorization"), seen["X-Kept"].as_str()), (None, Some("1")));
    }
    // A proxy that is asked itself gets it, once, in the place of what its URL says.
    let proxy = proxy(wanting(leads_to(&plain, ProxyOptions::http())));
    for url in [proxy.url(), proxy.url().replace("://", "://bob:guess@")] {
        assert!(get(&through(url), &plain).ok());
        let asked = proxy.requests().pop().unwrap();
        let fields = asked.fields.iter().filter(|(name, _)| name == "proxy-authorization");
        assert_eq!(fields.map(|(_, value)| &**value).collect::<Vec<_>>(), [own]);
    }
}

#[test]
fn rule_40_and_30_on_the_way_from_http_to_https_credentials_stay_with_whom_they_are_for() {
    let first = RawServer::answering(
        "HTTP/1.1 301 Moved Permanently\r\nLocation: https://a.test/headers\r\nContent-Length: 0\r\n\r\n",
    );
    let (first, secure) = (first.unwrap(), TestServer::start_tls(options()).unwrap());
    let [one, other] = [first.addr(), secure.addr()]
        .map(|addr| proxy(wanting(ProxyOptions { names: vec![("a.test".into(), addr)], ..ProxyOptions::http() })));
    let proxies = Proxies::direct().set("http", &with_credentials(&one)).unwrap();
    let proxies = proxies.set("https", &with_credentials(&other)).unwrap();
    let session = trusting_session().proxies(proxies).auth(Basic::new("eve", "pass")).build().unwrap();
    // The same host on the usual ports: what is for the host goes along, and what is for a proxy does not.
    let own = session.get("http://a.test/").header("Proxy-Authorization", "Basic YW5uOnM6Y3JldA==");
    for request in [session.get("http://a.test/"), own] {
        let response = request.send().unwrap();
        assert_eq!((response.url().as_str(), response.history().len()), ("https://a.test/headers", 1));
        let seen = seen(response);
        assert_eq!((seen.get("Proxy-Authorization"), seen["Authorization"].is_string()), (None, true));
    }
    let seen = String::from_utf8(first.requests().remove(0)).unwrap().to_ascii_lowercase();
    assert!(seen.starts_with("get / http/1.1\r\n") && !seen.contains("proxy-authorization"), "{seen}");
    assert_eq!((one.requests().len(), other.requests()[0].asked), (2, Asked::Connect));
}

#[test]
fn rule_40_hosts_can_be_spared_the_proxy() {
    let (server, other) = (TestServer::start().unwrap(), TestServer::start().unwrap());
    let proxy = proxy(leads_to(&server, ProxyOptions::http()));
    let port = other.addr().port();
    let list = format!("127.0.0.0/8:{port}, .b.test");
    let proxies = Proxies::direct().all(&proxy.url()).unwrap().no_proxy(&list).unwrap();
    let session = Session::builder().proxies(proxies).resolve("www.b.test", port, [HERE]).build().unwrap();
    for (url, asked) in [
        (other.url("/get"), 0),
        (other.url("/get").replace("127.0.0.1", "www.b.test"), 0),
        (named(&server, "/get"), 1),
        (server.url("/get"), 2),
    ] {
        assert!(session.get(&url).send().unwrap().ok(), "{url}");
        assert_eq!(proxy.requests().len(), asked, "{url}");
    }
}

#[test]
fn a_request_chooses_over_its_session_and_connections_of_one_way_are_not_used_for_another() {
    let server = TestServer::start().unwrap();
    let [one, other] = [(); 2].map(|()| proxy(wanting(leads_to(&server, ProxyOptions::http()))));
    let (first, second) = (with_credentials(&one), with_credentials(&other));
    let session = Session::builder().proxy(&first).build().unwrap();
    let counts = || (one.connections(), other.connections(), server.connections());
    let url = server.url("/get");
    for round in 0..2 {
        // A proxy passes each request on by a connection of its own.
        assert!(session.get(&url).send().unwrap().ok());
        assert_eq!(counts(), (1 + round, usize::from(round > 0), if round == 0 { 1 } else { 4 }));
        assert!(session.get(&url).proxy(&second).send().unwrap().ok());
        assert_eq!(counts(), (1 + round, 1, if round == 0 { 2 } else { 5 }));
        assert!(session.get(&url).proxies(Proxies::direct()).send().unwrap().ok());
        assert_eq!(counts(), (1 + round, 1, if round == 0 { 3 } else { 5 }));
        // The same proxy for somebody else is another way.
        let refused = session.get(&url).proxy(one.url()).send().unwrap();
        assert_eq!((refused.status().as_u16(), one.connections()), (407, 2));
    }
}

/// Why no tunnel came of it, through a proxy at this URL.
fn failure(proxy: &str) -> Error {
    let error = through(proxy).get("https://a.test/").send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Proxy, Some(Phase::Proxy)), "{}", chain(&error));
    assert_eq!(error.attempts(), 0);
    error
}

fn tunnel_error(error: &Error) -> &TunnelError {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.filter_map(|cause| cause.downcast_ref()).next().unwrap()
}

#[test]
fn rule_40_what_a_proxy_answers_to_connect_is_in_the_error() {
    let secure = TestServer::start_tls(options()).unwrap();
    let leading = leads_to(&secure, ProxyOptions::http());
    let faulty = |fault: ProxyFault| ProxyOptions { fault: Some(fault), ..leading.clone() };
    let answer = |text: &str| faulty(ProxyFault::Answer(text.into()));
    let cases = [
        (wanting(leading.clone()), "the proxy wants credentials: 407"),
        (faulty(ProxyFault::Reply(1)), "the proxy refused the tunnel: 502 Bad Gateway"),
        (answer("HTTP/1.1 403 Not That One\r\nX-Why: rules\r\n\r\nask the admin"), "403 Not That One"),
        (answer("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "the proxy does not speak HTTP/1, it says `SSH-2.0"),
        (answer("HTTP/1.1 200"), "the proxy closed within its answer `HTTP/1.1 200`"),
        (answer(""), "the proxy closed without an answer"),
    ];
    for (options, words) in cases {
        let proxy = proxy(options);
        let error = failure(&proxy.url());
        let causes = chain(&error);
        assert!(causes.contains(words) && causes.contains(&proxy.addr().to_string()), "{causes}");
        if let TunnelError::Refused { status: 403, head, body, .. } = tunnel_error(&error) {
            assert!(head.contains("X-Why: rules") && body.contains("ask the admin"), "{head} {body}");
        }
        assert!(sockets_to(proxy.addr()).is_empty());
    }
    let wrong = proxy(wanting(leading.clone()));
    let causes = chain(&failure(&wrong.url().replace("://", "://ann:gu3ss@")));
    assert!(causes.contains("the proxy refused the credentials: 407") && !causes.contains("gu3ss"), "{causes}");
    assert_eq!(secure.connections(), 0);
}

#[test]
fn rule_40_what_a_socks_proxy_refuses_is_in_the_error() {
    let secure = TestServer::start_tls(options()).unwrap();
    let leading = leads_to(&secure, ProxyOptions::socks5());
    let faulty = |fault: ProxyFault| ProxyOptions { fault: Some(fault), ..leading.clone() };
    let cases = [
        (wanting(leading.clone()), "", "the SOCKS proxy wants credentials"),
        (wanting(leading.clone()), "ann:gu3ss@", "the SOCKS proxy refused the credentials"),
        (faulty(ProxyFault::Reply(2)), "", "not allowed by its rules (2)"),
        (faulty(ProxyFault::Answer(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())), "", "does not speak SOCKS5"),
        (faulty(ProxyFault::Answer(Vec::new())), "", "the proxy closed without an answer"),
    ];
    for (options, userinfo, words) in cases {
        let proxy = proxy(options);
        let causes = chain(&failure(&format!("socks5h://{userinfo}{}", proxy.addr())));
        assert!(causes.contains(words) && causes.contains(&proxy.addr().to_string()), "{causes}");
        assert!(sockets_to(proxy.addr()).is_empty() && !causes.contains("gu3ss"));
    }
    assert_eq!(secure.connections(), 0);
}

#[test]
fn what_a_proxy_that_is_asked_itself_answers_is_the_response() {
    let server = TestServer::start().unwrap();
    let wants = proxy(wanting(leads_to(&server, ProxyOptions::http())));
    let refuses = proxy(ProxyOptions { fault: Some(ProxyFault::Reply(1)), ..leads_to(&server, ProxyOptions::http()) });
    for (proxy, status) in [(&wants, 407), (&refuses, 502)] {
        let response = through(proxy.url()).get(named(&server, "/get")).send().unwrap();
        assert_eq!(response.status().as_u16(), status);
    }
    let fault = Some(ProxyFault::Answer(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
    let garbles = proxy(ProxyOptions { fault, ..leads_to(&server, ProxyOptions::http()) });
    let error = through(garbles.url()).get(named(&server, "/get")).send().unwrap_err();
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Protocol, Some(Phase::FirstByte)), "{}", chain(&error));
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_proxy_that_cannot_be_reached_or_used_is_not_gone_around() {
    let server = TestServer::start().unwrap();
    let refused = format!("127.0.0.1:{}", refused_port());
    for scheme in ["http", "https", "socks5", "socks5h"] {
        let error = through(format!("{scheme}://{refused}")).get(server.url("/get")).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::Connect, Some(Phase::Connect)), "{}", chain(&error));
        assert!(chain(&error).contains(&format!("cannot connect to {refused}")), "{}", chain(&error));
    }
    for proxy in ["gopher://proxy.test", "http://proxy.test:port", "http://"] {
        let error = Session::builder().proxy(proxy).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{proxy}");
        let error = sortie::get(server.url("/get")).proxy(proxy).send().unwrap_err();
        assert_eq!((error.kind(), error.phase()), (ErrorKind::InvalidArgument, Some(Phase::Prepare)), "{proxy}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn of_several_things_that_are_said_of_proxies_the_last_counts() {
    let server = TestServer::start().unwrap();
    let proxy = proxy(leads_to(&server, ProxyOptions::http()));
    let (bad, good) = ("gopher://proxy.test", Proxies::direct().all(&proxy.url()).unwrap());
    for builder in [
        Session::builder().proxy(bad).proxies(good.clone()),
        Session::builder().proxy(bad).proxy(proxy.url()),
        Session::builder().proxies(Proxies::direct()).proxy(proxy.url()),
    ] {
        assert!(builder.build().unwrap().get(named(&server, "/get")).send().unwrap().ok());
    }
    assert_eq!(proxy.requests().len(), 3);
    for builder in [
        Session::builder().proxies(good.clone()).proxy(bad),
        // The proxy would be there.
        Session::builder().proxy(bad).unix_socket("/nowhere"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let request = || sortie::get(named(&server, "/get"));
    assert!(request().proxy(bad).proxies(good.clone()).send().unwrap().ok());
    assert_eq!(request().proxies(good).proxy(bad).send().unwrap_err().kind(), ErrorKind::InvalidArgument);
}
