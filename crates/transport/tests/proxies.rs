//! Through a proxy, or not.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::JoinHandle;

use sortie_transport::{
    Addresses, Connector, Credentials, Error, Event, OpenPhase, Plan, Proxy, ProxyKind, Target, Transport, TunnelError,
};
use support::{LOCALHOST, chain, echo, failure, local, named, next_of_all, opened, read_exactly, serve, transport};

/// A plan that goes through a proxy at this address.
fn through(kind: ProxyKind, proxy: SocketAddr, target: Target) -> Plan {
    let mut plan = Plan::from(target);
    plan.proxy = Some(Proxy::new(proxy.into(), kind));
    plan
}

fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A proxy that answers CONNECT with `answer`, and then says `rest` with the echo that it is the tunnel to.
fn connect_proxy(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    serve(move |mut stream| {
        let head = read_head(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        if answer.contains(" 200 ") {
            echo(stream);
        } else {
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
        head
    })
}

/// A SOCKS proxy that wants no password; gives what it was asked for. The answer comes a byte at a time.
fn socks_proxy() -> (SocketAddr, JoinHandle<Vec<u8>>) {
    serve(|mut stream| {
        stream.set_nodelay(true).unwrap();
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).unwrap();
        assert_eq!(greeting, [5, 1, 0]);
        stream.write_all(&[5, 0]).unwrap();
        let mut request = vec![0; 5];
        stream.read_exact(&mut request).unwrap();
        let rest = match request[3] {
            3 => usize::from(request[4]) + 2,
            4 => 17,
            _ => 5,
        };
        request.resize(5 + rest, 0);
        stream.read_exact(&mut request[5..]).unwrap();
        for byte in [5, 0, 0, 1, 10, 0, 0, 1, 0, 80] {
            stream.write_all(&[byte]).unwrap();
        }
        echo(stream);
        request
    })
}

fn speak(transport: &mut Transport, plan: &Plan) {
    let link = transport.open(plan, 0);
    opened(transport, link);
    assert_eq!(transport.written(link), 0, "of ours");
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(transport.written(link), 5);
    assert_eq!(read_exactly(transport, link, 5), b"hello");
    transport.close(link);
}

#[test]
fn a_connect_tunnel_leads_to_the_target() {
    let (address, proxy) = connect_proxy("HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n");
    let mut plan = through(ProxyKind::Connect, address, named("a.test", 443));
    plan.proxy.as_mut().unwrap().credentials = Some(Credentials::new("ann", "secret"));
    let mut transport = transport(|name| panic!("{name} was looked up"));
    speak(&mut transport, &plan);
    let head = proxy.join().unwrap();
    assert!(head.starts_with("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic YW5uOnNlY3JldA==\r\n"), "{head}");
    assert!(!format!("{plan:?}").contains("secret"));
}

#[test]
fn what_comes_with_the_proxys_word_is_read_first() {
    let (address, proxy) = connect_proxy("HTTP/1.1 200 OK\r\n\r\n220 welcome");
    let mut transport = local();
    let link = transport.open(&through(ProxyKind::Connect, address, named("a.test", 25)), 0);
    opened(&mut transport, link);
    let event = next_of_all(&mut transport, 0);
    assert!(matches!(event, Event::Ready { readable: true, .. }), "{event:?}");
    let mut words = Vec::with_capacity(64);
    assert_eq!(transport.read_into(link, &mut words, 4).unwrap(), 4);
    assert_eq!(words, b"220 ");
    assert_eq!(read_exactly(&mut transport, link, 7), b"welcome");
    assert!(transport.send(link, b"EHLO").unwrap());
    assert_eq!(read_exactly(&mut transport, link, 4), b"EHLO");
    assert_eq!(transport.written(link), 4);
    transport.close(link);
    proxy.join().unwrap();
}

#[test]
fn a_forward_proxy_is_where_the_link_ends() {
    let (address, proxy) = serve(echo);
    let mut plan = through(ProxyKind::Forward, address, named("a.test", 80));
    plan.tls = true; // with the target: its own affair
    speak(&mut transport(|name| panic!("{name} was looked up")), &plan);
    proxy.join().unwrap();
}

#[test]
fn a_socks_proxy_gets_the_name_or_an_address_as_it_is_asked() {
    for (kind, asked) in [
        (ProxyKind::Socks5h, b"\x05\x01\x00\x03\x06a.test\x1f\x90".as_slice()),
        (ProxyKind::Socks5, &[5, 1, 0, 1, 127, 0, 0, 1, 0x1f, 0x90]),
    ] {
        let (address, proxy) = socks_proxy();
        speak(&mut local(), &through(kind, address, named("a.test", 8080)));
        assert_eq!(proxy.join().unwrap(), asked, "{kind:?}");
    }
}

#[test]
fn a_socks_proxy_gets_an_address_of_the_family_by_which_it_was_reached() {
    for (found, asked) in [
        (vec!["::1", "10.0.0.1", "10.0.0.2"], [5, 1, 0, 1, 10, 0, 0, 1, 0x1f, 0x90].as_slice()),
        (vec!["::1"], &[5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1f, 0x90]),
    ] {
        let (address, proxy) = socks_proxy();
        let mut transport = transport(move |_| Ok(found.iter().map(|address| address.parse().unwrap()).collect()));
        speak(&mut transport, &through(ProxyKind::Socks5, address, named("a.test", 8080)));
        assert_eq!(proxy.join().unwrap(), asked);
    }
}

#[test]
fn phases_are_told_as_they_are_entered_and_timed() {
    let (address, proxy) = connect_proxy("HTTP/1.1 200 OK\r\n\r\n");
    let mut transport = local();
    let mut plan = through(ProxyKind::Connect, address, named("a.test", 80));
    plan.proxy.as_mut().unwrap().target = named("proxy.test", address.port());
    let link = transport.open(&plan, 100);
    assert_eq!((transport.phase(link), transport.peer(link)), (Some(OpenPhase::Resolving), None));
    let mut entered = Vec::new();
    let mut now = 100;
    let how = loop {
        now += 100;
        match next_of_all(&mut transport, now) {
            Event::Entered { phase, .. } => {
                entered.push(phase);
                assert!(transport.phase(link) >= Some(phase) || transport.phase(link).is_none());
            }
            Event::Opened { opened, .. } => break opened,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(entered, [OpenPhase::Connecting, OpenPhase::Proxying]);
    assert_eq!((how.resolve.as_nanos() > 0, how.connect.as_nanos() > 0, how.proxy.as_nanos() > 0), (true, true, true));
    assert_eq!((how.tls.as_nanos(), how.peer), (0, Some(address)));
    assert!((how.resolve + how.connect + how.proxy).as_nanos() <= u128::from(now - 100));
    transport.close(link);
    proxy.join().unwrap();
}

#[test]
fn what_a_proxy_says_instead_is_told() {
    let answers = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "407"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops", "502"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0"),
        ("HTTP/1.1 200", "HTTP/1.1 200"),
        ("", ""),
    ];
    for (answer, words) in answers {
        let (address, _proxy) = connect_proxy(answer);
        let mut transport = local();
        transport.open(&through(ProxyKind::Connect, address, named("a.test", 80)), 0);
        let error = failure(&mut transport);
        let Error::Proxy { proxy, source } = &error else { panic!("{answer}: {error:?}") };
        assert_eq!(proxy.to_string(), address.to_string());
        assert_eq!(matches!(**source, TunnelError::Refused { .. }), answer.starts_with("HTTP/1.1 4") || words == "502");
        assert!(chain(&error).contains(words), "{}", chain(&error));
    }
}

#[test]
fn an_address_that_is_not_allowed_is_not_asked_of_a_proxy_either() {
    let means = Connector::builder().addresses(Addresses::by(|address| address == LOCALHOST)).build();
    for kind in [ProxyKind::Connect, ProxyKind::Socks5, ProxyKind::Socks5h, ProxyKind::Forward] {
        let literal = SocketAddr::from(([169, 254, 169, 254], 80));
        let mut plan = through(kind, SocketAddr::from((LOCALHOST, 9)), literal.into());
        plan.connector = means.clone();
        let mut transport = transport(|_| Ok(vec![[10, 0, 0, 1].into()]));
        transport.open(&plan, 0);
        assert_eq!(failure(&mut transport).to_string(), "the address 169.254.169.254 is not allowed");
        if kind == ProxyKind::Socks5 {
            plan.target = named("inside.test", 80);
            transport.open(&plan, 0);
            assert_eq!(failure(&mut transport).to_string(), "the address 10.0.0.1 of inside.test is not allowed");
        }
    }
}

#[test]
fn a_name_that_is_a_number_is_asked_of_a_proxy_only_where_all_addresses_are_allowed() {
    let mut transport = transport(|name| panic!("{name} was looked up"));
    for name in ["127.1", "2130706433", "0x7f.1", "127.0.0.1."] {
        for kind in [ProxyKind::Connect, ProxyKind::Socks5h, ProxyKind::Forward] {
            let mut plan = through(kind, SocketAddr::from((LOCALHOST, 9)), named(name, 80));
            let link = transport.open(&plan, 0);
            assert_eq!(transport.phase(link), Some(OpenPhase::Connecting), "{name} {kind:?}");
            transport.close(link);
            plan.connector = Connector::builder().addresses(Addresses::by(|_| true)).build();
            transport.open(&plan, 0);
            let error = failure(&mut transport);
            assert!(matches!(&error, Error::Resolve { name: of, .. } if **of == *name), "{name} {kind:?}: {error:?}");
        }
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_not_mistaken_for_the_target() {
    let mut transport = transport(|name| Err(io::Error::new(io::ErrorKind::NotFound, format!("no {name}"))));
    let mut plan = through(ProxyKind::Connect, SocketAddr::from((LOCALHOST, 9)), named("a.test", 80));
    plan.proxy.as_mut().unwrap().target = named("proxy.test", 3128);
    transport.open(&plan, 0);
    assert_eq!(chain(&failure(&mut transport)), "cannot resolve proxy.test: no proxy.test");
    plan.proxy.as_mut().unwrap().kind = ProxyKind::Socks5;
    transport.open(&plan, 0);
    assert_eq!(chain(&failure(&mut transport)), "cannot resolve a.test: no a.test");
}

#[test]
fn a_request_that_no_proxy_could_read_is_not_sent() {
    let (address, proxy) = serve(|mut stream: TcpStream| stream.read(&mut [0; 64]).unwrap());
    let mut transport = local();
    let link = transport.open(&through(ProxyKind::Socks5h, address, named(&"x".repeat(256), 80)), 0);
    assert!(matches!(failure(&mut transport), Error::Proxy { .. }));
    transport.close(link);
    assert_eq!(proxy.join().unwrap(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_proxy_that_says_nothing_can_be_left_and_holds_nothing() {
    let mut transport = local();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = through(ProxyKind::Connect, listener.local_addr().unwrap(), named("a.test", 80));
    let link = transport.open(&plan, 0);
    let event = next_of_all(&mut transport, 0);
    assert!(matches!(event, Event::Entered { phase: OpenPhase::Proxying, .. }), "{event:?}");
    assert_eq!(transport.phase(link), Some(OpenPhase::Proxying));
    assert_eq!(transport.peer(link), Some(listener.local_addr().unwrap()));
    let (mut silent, _) = listener.accept().unwrap();
    transport.close(link);
    assert_eq!((transport.links(), transport.phase(link), transport.peer(link)), (0, None, None));
    let mut heard = Vec::new();
    silent.read_to_end(&mut heard).unwrap(); // the socket is closed, or this would not end
    assert!(heard.starts_with(b"CONNECT a.test:80"));
}
