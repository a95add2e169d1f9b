//! Handshakes, byte for byte, in every cut.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Credentials, Destination, Progress, Tunnel, TunnelError};
use crate::{Host, Target};

const LIMIT: usize = 16 * 1024;

fn target(host: &str) -> Target {
    Target { host: Host::from(host), port: 443 }
}

fn ann() -> Credentials {
    Credentials::new("ann", "5ecret")
}

fn http() -> Tunnel {
    Tunnel::connect(&target("a.test"), None).unwrap()
}

fn socks(credentials: Option<&Credentials>) -> Tunnel {
    Tunnel::socks5(Destination::Name("a.test", 443), credentials).unwrap()
}

fn sent(tunnel: &mut Tunnel) -> Vec<u8> {
    let mut out = Vec::new();
    tunnel.drain(&mut out);
    out
}

/// Feeds piece by piece to the end of the tunnel's making, or of the pieces; counts the bytes used.
fn feed<'a>(tunnel: &mut Tunnel, pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<usize>, TunnelError> {
    let mut used = 0;
    for piece in pieces {
        match tunnel.feed(piece)? {
            Progress::More => used += piece.len(),
            Progress::Done { used: last } => return Ok(Some(used + last)),
        }
    }
    Ok(None)
}

/// Feeds the wire in one piece, in pieces of every size, and in two pieces cut at every place: it comes to the same.
fn feed_in_every_cut(make: impl Fn() -> Tunnel, wire: &[u8]) -> Result<Option<usize>, TunnelError> {
    let whole = feed(&mut make(), [wire]);
    for size in 1..wire.len() {
        let pieces = feed(&mut make(), wire.chunks(size));
        assert_eq!(without_body(&pieces), without_body(&whole), "pieces of {size}");
        let halves = feed(&mut make(), [&wire[..size], &wire[size..]]);
        assert_eq!(without_body(&halves), without_body(&whole), "cut at {size}");
    }
    whole
}

/// How much content comes together with a refusal, and how much of nonsense, is the network's choice.
fn without_body(result: &Result<Option<usize>, TunnelError>) -> Result<Option<usize>, TunnelError> {
    result.clone().map_err(|error| match error {
        TunnelError::Refused { status, reason, head, authorized, .. } => {
            TunnelError::Refused { status, reason, head, body: "".into(), authorized }
        }
        TunnelError::NotHttp { .. } => TunnelError::NotHttp { start: "".into() },
        TunnelError::NotSocks { .. } => TunnelError::NotSocks { start: "".into() },
        other => other,
    })
}

#[test]
fn connect_asks_for_host_and_port_and_nothing_else() {
    let mut tunnel = http();
    assert_eq!(sent(&mut tunnel), b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
    assert_eq!(sent(&mut tunnel), b"", "it is sent once");
    let mut tunnel = Tunnel::connect(&target("::1"), None).unwrap();
    assert_eq!(sent(&mut tunnel), b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
}

#[test]
fn credentials_go_along_as_basic() {
    let mut tunnel = Tunnel::connect(&target("a.test"), Some(&Credentials::new("ann", "p:ä"))).unwrap();
    let encoded = BASE64_STANDARD.encode("ann:p:ä");
    let head =
        format!("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Authorization: Basic {encoded}\r\n\r\n");
    assert_eq!(sent(&mut tunnel), head.as_bytes());
}

#[test]
fn what_would_break_the_request_is_refused_before_it_is_made() {
    let long = "a".repeat(256);
    for name in ["", "a b", "a\r\nX: y", "a:80", "a/b", "u@a", "a?b", "a#b", "ä.test", "a\0", "[x]", &long] {
        let target = Target { host: Host::Name(name.into()), port: 443 };
        assert!(matches!(Tunnel::connect(&target, None), Err(TunnelError::Name { .. })), "{name:?}");
        let destination = Destination::Name(name, 443);
        assert!(matches!(Tunnel::socks5(destination, None), Err(TunnelError::Name { .. })), "{name:?}");
    }
    for (user, password) in [("a:b", "c"), ("a\n", "c"), ("a", "c\0"), ("a", "\u{85}")] {
        let made = Tunnel::connect(&target("a.test"), Some(&Credentials::new(user, password)));
        assert!(matches!(made, Err(TunnelError::Credentials)), "{user:?} {password:?}");
    }
}

#[test]
fn any_2xx_is_a_tunnel_and_what_follows_its_head_is_the_targets() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n",
        "HTTP/1.1 204\r\n\r\n",
        "HTTP/1.1 299 Odd\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: a\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ] {
        for rest in ["", "hello", "\r\n\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n"] {
            let used = feed_in_every_cut(http, format!("{head}{rest}").as_bytes());
            assert_eq!(used, Ok(Some(head.len())), "{head:?} {rest:?}");
        }
    }
}

#[test]
fn a_head_that_goes_on_is_waited_for() {
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(feed_in_every_cut(http, interim), Ok(None));
    assert_eq!(feed_in_every_cut(http, b"HTTP/1.1 200 OK\r\nA: b\r\n"), Ok(None));
    assert_eq!(http().feed(b""), Ok(Progress::More));
}

#[test]
fn a_refusal_keeps_what_the_proxy_said() {
    let wire = b"HTTP/1.1 502  Bad Gateway\r\nServer: x\r\nVia: \xff\r\n\r\nno route to \xff host";
    let error = feed_in_every_cut(http, wire).unwrap_err();
    assert_eq!(error.to_string(), "the proxy refused the tunnel: 502 Bad Gateway");
    let (head, body) = ("Server: x\r\nVia: \u{fffd}\r\n", "no route to \u{fffd} host");
    let (head, body) = (head.into(), body.into());
    let wanted = TunnelError::Refused { status: 502, reason: "Bad Gateway".into(), head, body, authorized: false };
    assert_eq!(error, wanted);
}

#[test]
fn every_status_but_2xx_and_interim_ones_is_a_refusal() {
    for code in 100..=999 {
        let result = feed(&mut http(), [format!("HTTP/1.1 {code}\r\n\r\n").as_bytes()]);
        match code {
            200..=299 => assert_eq!(result, Ok(Some(16)), "{code}"),
            100 | 102..=199 => assert_eq!(result, Ok(None), "{code}"),
            _ => {
                let Err(TunnelError::Refused { status, reason, head, .. }) = result else {
                    panic!("{code}: {result:?}")
                };
                assert_eq!((status, &*reason, &*head), (code, "", ""));
            }
        }
    }
}

#[test]
fn a_407_tells_whether_credentials_are_missing_or_wrong() {
    let wire = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
    let error = feed_in_every_cut(http, wire).unwrap_err();
    assert_eq!(error.to_string(), "the proxy wants credentials: 407 Proxy Authentication Required");
    let error = feed_in_every_cut(|| Tunnel::connect(&target("a.test"), Some(&ann())).unwrap(), wire).unwrap_err();
    assert_eq!(error.to_string(), "the proxy refused the credentials: 407 Proxy Authentication Required");
}

#[test]
fn what_a_refusal_keeps_is_bounded() {
    let reason = "r".repeat(500);
    let wire = format!("HTTP/1.1 403 {reason}\r\n\r\n{}", "b".repeat(20_000));
    let Err(TunnelError::Refused { reason, body, .. }) = feed(&mut http(), [wire.as_bytes()]) else { panic!() };
    assert_eq!((reason.len(), body.len()), (200, 1024));
}

#[test]
fn what_is_no_http_is_shown() {
    for (wire, start) in [
        (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], r"SSH-2.0-OpenSSH_9.2\r\n"),
        (b"\x15\x03\x01\x00\x02\x02\x50", r"\x15\x03\x01\x00\x02\x02P"),
        (b"HTTP/2 200\r\n\r\n", r"HTTP/2 200\r\n\r\n"),
        (b"HTTP/1.1 abc\r\n\r\n", r"HTTP/1.1 abc\r\n\r\n"),
        (b"HTTP/1.1 099 Low\r\n\r\n", r"HTTP/1.1 099 Low\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nno field\r\n\r\n", r"HTTP/1.1 200 OK\r\nno field\r\n\r\n"),
        (b"\x05\x00", r"\x05\x00"),
    ] {
        let error = feed_in_every_cut(http, wire).unwrap_err();
        assert_eq!(error, TunnelError::NotHttp { start: start.into() });
        assert_eq!(error.to_string(), format!("the proxy does not speak HTTP/1, it says `{start}`"));
    }
}

#[test]
fn an_echo_does_not_show_the_credentials() {
    for host in ["a", "a.test"] {
        let mut tunnel = Tunnel::connect(&target(host), Some(&ann())).unwrap();
        let echo = sent(&mut tunnel);
        let shown = format!("{:?}", tunnel.feed(&echo).unwrap_err());
        assert!(!shown.contains("Basic"), "{shown}");
    }
}

#[test]
fn a_head_has_a_limit_and_interim_ones_count() {
    let field = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(LIMIT));
    let error = TunnelError::TooLarge { limit: LIMIT, start: r"HTTP/1.1 200 OK\r\nX: xxxxxxxxxxxx".into() };
    for size in [1, 1000, 100_000] {
        assert_eq!(feed(&mut http(), field.as_bytes().chunks(size)), Err(error.clone()), "pieces of {size}");
    }
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    assert!(matches!(feed(&mut http(), [interim.as_bytes()]), Err(TunnelError::TooLarge { .. })));
    let fields = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(256));
    assert_eq!(feed(&mut http(), [fields.as_bytes()]), Ok(Some(fields.len())));
    let fields = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(257));
    assert!(matches!(feed(&mut http(), [fields.as_bytes()]), Err(TunnelError::TooLarge { .. })));
}

#[test]
fn a_head_may_be_as_large_as_its_limit() {
    let start = "HTTP/1.1 200 OK\r\nX: ";
    let wire = format!("{start}{}\r\n\r\n", "x".repeat(LIMIT - start.len() - 4));
    assert_eq!(wire.len(), LIMIT);
    assert_eq!(feed(&mut http(), [wire.as_bytes(), b"rest"]), Ok(Some(LIMIT)));
    assert_eq!(feed(&mut http(), [format!("{wire}rest").as_bytes()]), Ok(Some(LIMIT)));
}

#[test]
fn an_early_end_shows_what_had_come() {
    let mut tunnel = http();
    assert_eq!(tunnel.feed_end().to_string(), "the proxy closed without an answer");
    let mut tunnel = http();
    assert_eq!(tunnel.feed(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"), Ok(Progress::More));
    assert_eq!(tunnel.feed_end().to_string(), "the proxy closed within its answer `HTTP/1.1 2`");
    let mut tunnel = socks(None);
    assert_eq!(tunnel.feed(&[5, 0, 5, 0]), Ok(Progress::More));
    assert_eq!(tunnel.feed_end(), TunnelError::Closed { start: r"\x05\x00".into() });
}

#[test]
fn late_input_changes_nothing() {
    let mut tunnel = http();
    assert_eq!(tunnel.feed(b"HTTP/1.1 200 OK\r\n\r\nx"), Ok(Progress::Done { used: 19 }));
    assert_eq!(tunnel.feed(b"HTTP/1.1 403 Forbidden\r\n\r\n"), Ok(Progress::Done { used: 0 }));
    let mut tunnel = http();
    let error = tunnel.feed(b"?").unwrap_err();
    assert_eq!(tunnel.feed(b"HTTP/1.1 200 OK\r\n\r\n"), Err(error.clone()));
    assert_eq!(tunnel.feed_end(), error);
    assert_eq!(sent(&mut tunnel), b"");
}

#[test]
fn socks_connects_to_names_and_addresses() {
    let address = |text: &str| Destination::Address(text.parse::<SocketAddr>().unwrap());
    let mut six = vec![5, 1, 0, 4];
    six.extend_from_slice(&"2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    six.extend_from_slice(&[0x1f, 0x90]);
    for (destination, wanted) in [
        (Destination::Name("a.test", 443), b"\x05\x01\x00\x03\x06a.test\x01\xbb".to_vec()),
        (address("10.0.0.1:80"), vec![5, 1, 0, 1, 10, 0, 0, 1, 0, 80]),
        (address("[2001:db8::1]:8080"), six),
    ] {
        let mut tunnel = Tunnel::socks5(destination, None).unwrap();
        assert_eq!(sent(&mut tunnel), [5, 1, 0]);
        assert_eq!(tunnel.feed(&[5]), Ok(Progress::More));
        assert_eq!(sent(&mut tunnel), b"", "the proxy has not chosen yet");
        assert_eq!(tunnel.feed(&[0]), Ok(Progress::More));
        assert_eq!(sent(&mut tunnel), wanted);
        assert_eq!(tunnel.feed(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0, b'x']), Ok(Progress::Done { used: 10 }));
    }
}

#[test]
fn socks_offers_user_and_password_and_sends_them_when_asked() {
    let mut tunnel = socks(Some(&ann()));
    assert_eq!(sent(&mut tunnel), [5, 2, 0, 2]);
    assert_eq!(tunnel.feed(&[5, 2]), Ok(Progress::More));
    assert_eq!(sent(&mut tunnel), b"\x01\x03ann\x065ecret");
    assert_eq!(tunnel.feed(&[1, 0]), Ok(Progress::More));
    assert_eq!(sent(&mut tunnel), b"\x05\x01\x00\x03\x06a.test\x01\xbb");

    let mut unasked = socks(Some(&ann()));
    assert_eq!((sent(&mut unasked).len(), unasked.feed(&[5, 0])), (4, Ok(Progress::More)));
    assert_eq!(sent(&mut unasked), b"\x05\x01\x00\x03\x06a.test\x01\xbb", "the password stays here");
}

#[test]
fn a_good_reply_ends_where_its_address_ends() {
    let named = |length: u8| [vec![5, 0, 0, 3, length], vec![b'n'; usize::from(length) + 2]].concat();
    let six = [vec![5, 0, 0, 4], vec![9; 18]].concat();
    for reply in [vec![5, 0, 0, 1, 1, 2, 3, 4, 5, 6], six, named(0), named(1), named(255)] {
        let wire = [&[5, 2, 1, 0][..], &reply, b"rest"].concat();
        let used = feed_in_every_cut(|| socks(Some(&ann())), &wire);
        assert_eq!(used, Ok(Some(4 + reply.len())), "{reply:?}");
    }
}

#[test]
fn every_other_reply_has_its_words() {
    for code in 1..=255 {
        // Some proxies send nothing behind the code.
        let error = feed_in_every_cut(|| socks(None), &[5, 0, 5, code]).unwrap_err();
        assert_eq!(error, TunnelError::Reply { code });
        let words = match code {
            1 => "general failure",
            2 => "connection not allowed by its rules",
            3 => "network unreachable",
            4 => "host unreachable",
            5 => "connection refused",
            6 => "TTL expired",
            7 => "command not supported",
            8 => "address type not supported",
            _ => "unknown reply",
        };
        assert_eq!(error.to_string(), format!("the SOCKS proxy did not connect: {words} ({code})"));
    }
}

#[test]
fn a_socks_proxy_may_want_other_credentials_or_none_of_them() {
    let wrong = feed_in_every_cut(|| socks(Some(&ann())), &[5, 2, 1, 1]).unwrap_err();
    assert_eq!(wrong.to_string(), "the SOCKS proxy refused the credentials");
    let missing = feed_in_every_cut(|| socks(None), &[5, 0xff]).unwrap_err();
    assert_eq!(missing.to_string(), "the SOCKS proxy wants credentials");
    let neither = feed_in_every_cut(|| socks(Some(&ann())), &[5, 0xff]).unwrap_err();
    assert_eq!(neither.to_string(), "the SOCKS proxy takes none of the methods offered");
}

#[test]
fn what_is_no_socks5_is_shown() {
    for (wire, start) in [
        (&b"\x04\x5a"[..], r"\x04Z"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", r"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (b"\x05\x01", r"\x05\x01"),
        (b"\x05\x02", r"\x05\x02"),
        (b"\x05\x00\x04\x00", r"\x04\x00"),
        (b"\x05\x00\x05\x00\x00\x02", r"\x05\x00\x00\x02"),
    ] {
        let error = feed_in_every_cut(|| socks(None), wire).unwrap_err();
        assert_eq!(error, TunnelError::NotSocks { start: start.into() }, "{wire:?}");
    }
    let error = feed_in_every_cut(|| socks(Some(&ann())), &[5, 2, 3, 0]).unwrap_err();
    assert_eq!(error.to_string(), r"the proxy does not speak SOCKS5, it says `\x03\x00`");
}

#[test]
fn socks_credentials_have_1_to_255_bytes_each() {
    let (fit, long) = ("x".repeat(255), "x".repeat(256));
    let make = |user: &str, password: &str| {
        Tunnel::socks5(Destination::Name("a.test", 1), Some(&Credentials::new(user, password)))
    };
    assert!(make(&fit, &fit).is_ok() && make("x", "x").is_ok());
    for (user, password) in [(&*long, "x"), ("x", &long), ("", "x"), ("x", "")] {
        assert!(matches!(make(user, password), Err(TunnelError::Credentials)), "{user:?} {password:?}");
    }
}

/// What handshakes are made of, and bytes from nowhere.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Just(b"HTTP/1.1 100\r\n\r\n".to_vec()),
        Just(b"HTTP/1.0 407 No\r\n".to_vec()),
        Just(b"A: b\r\n c\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(vec![5, 0]),
        Just(vec![5, 2]),
        Just(vec![1, 0]),
        Just(vec![5, 0, 0, 1]),
        Just(vec![5, 0, 0, 3, 2]),
        vec(any::<u8>(), 0..20),
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_comes_in_whatever_cut_comes_to_the_same(wire in wire(), size in 1_usize..30) {
        for make in [http, || socks(None), || socks(Some(&ann()))] {
            let whole = feed(&mut make(), [&wire[..]]);
            let mut tunnel = make();
            let pieces = feed(&mut tunnel, wire.chunks(size));
            prop_assert_eq!(without_body(&pieces), without_body(&whole));
            prop_assert!(whole.is_err() || whole.is_ok_and(|used| used.is_none_or(|used| used <= wire.len())));
            prop_assert!(!tunnel.feed_end().to_string().is_empty());
        }
    }
}
