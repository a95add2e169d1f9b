//! Digest: RFC 7616, and rule 20.
#![allow(clippy::unwrap_used)]

mod verifier;

use std::cell::Cell;

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Answer, Digest, Unanswerable};
use verifier::Server;

const ALGORITHMS: [&str; 6] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];

fn get(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn challenged(fields: &[&str]) -> Headers {
    let mut headers = Headers::new();
    for field in fields {
        headers.append("WWW-Authenticate", field).unwrap();
    }
    headers
}

/// What is said in answer to a challenge.
fn reply(digest: &Digest, request: &PreparedRequest, field: &str) -> String {
    assert_eq!(digest.answer(request, &challenged(&[field]), None), Answer::Again { stale: false });
    digest.reply(request, fresh).unwrap()
}

fn fault(digest: &Digest, fields: &[&str]) -> Unanswerable {
    match digest.answer(&get("http://h/"), &challenged(fields), None) {
        Answer::Unanswerable(fault) => fault,
        other => panic!("{fields:?} gave {other:?}"),
    }
}

/// A client nonce that is another one each time.
fn fresh() -> [u8; 16] {
    thread_local!(static NEXT: Cell<u128> = const { Cell::new(0xabc) });
    NEXT.set(NEXT.get() + 1);
    NEXT.get().to_be_bytes()
}

fn said(digest: &Digest, request: &PreparedRequest) -> Option<String> {
    digest.authorization(request, fresh)
}

#[test]
fn every_algorithm_is_answered_as_a_server_has_it() {
    let request = get("http://u:p@h/a/b%20c?d=e&f=%22#g");
    for algorithm in ALGORITHMS.map(|name| Some(name.to_owned())).into_iter().chain([None, Some("md5-SESS".into())]) {
        for (userhash, qop) in [(false, Some("auth")), (true, Some("auth-int, AUTH")), (false, None), (true, None)] {
            let server = Server {
                algorithm: algorithm.clone(),
                qop: qop.map(str::to_owned),
                userhash,
                opaque: Some("o".into()),
                ..Server::new("Mufasa", "Circle of Life")
            };
            let digest = Digest::new("Mufasa", "Circle of Life");
            let first = reply(&digest, &request, &server.challenge());
            let first = server.verify("GET", "/a/b%20c?d=e&f=%22", &first).unwrap();
            assert_eq!(first.0, u32::from(qop.is_some()));
            let next = server.verify("GET", "/a/b%20c?d=e&f=%22", &said(&digest, &request).unwrap()).unwrap();
            assert_eq!(next.0, 2 * u32::from(qop.is_some()));
            let is_session = algorithm.as_ref().is_some_and(|name| name.to_ascii_lowercase().ends_with("-sess"));
            assert_eq!(
                next.1 == first.1,
                is_session || qop.is_none(),
                "{algorithm:?}: the client nonce is a session's"
            );
        }
    }
}

#[test]
fn the_method_and_the_target_as_it_is_sent_are_digested() {
    let (server, digest) = (Server::new("u", "p"), Digest::new("u", "p"));
    let mut request = get("http://h?x");
    reply(&digest, &request, &server.challenge());
    for method in [Method::POST, Method::from_bytes(b"M-SEARCH").unwrap()] {
        request.set_method(method.clone());
        server.verify(method.as_str(), "/?x", &said(&digest, &request).unwrap()).unwrap();
    }
}

#[test]
fn a_nonce_is_counted_from_one_and_for_the_whole_origin() {
    let (server, digest) = (Server::new("u", "p"), Digest::new("u", "p"));
    let request = get("https://h/deep/down");
    assert_eq!(said(&digest, &request), None);
    let first = reply(&digest, &request, &server.challenge());
    assert_eq!(server.verify("GET", "/deep/down", &first).unwrap().0, 1);
    for count in 2..40 {
        let said = said(&digest.clone(), &get("https://h:443/?q")).unwrap();
        assert_eq!(server.verify("GET", "/?q", &said).unwrap().0, count);
    }
    for other in ["http://h/deep/down", "https://h:444/deep/down", "https://g/deep/down"] {
        assert_eq!(said(&digest, &get(other)), None, "{other}");
        assert_eq!(digest.reply(&get(other), fresh), None, "{other}");
    }
}

#[test]
fn a_domain_is_the_protection_space() {
    let space = |domain: &str, url: &str| {
        let digest = Digest::new("u", "p");
        reply(&digest, &get(url), &format!("Digest realm=r, nonce=n, qop=auth, domain=\"{domain}\""));
        move |url: &str| said(&digest, &get(url)).is_some()
    };
    let inside = space("/a/ /c?d  http://h:80/e http://g/x ftp://h/y", "http://h/a/b");
    for (url, expected) in [
        ("http://h/a/", true),
        ("http://h/a/z?q", true),
        ("http://h/a", false),
        ("http://h/c?d=e", true),
        ("http://h/c", false),
        ("http://h/e/f", true),
        ("http://h/x", false),
        ("http://g/x", false),
        ("http://h/", false),
    ] {
        assert_eq!(inside(url), expected, "{url}");
    }
    for domain in ["", " ", "/", "http://h", "/x http://h:80/?"] {
        assert!(space(domain, "http://h/a/b")("http://h/?z"), "{domain:?}");
    }
    for domain in ["http://g/", "//h/x", "no URL", ":", "http://g/ https://h/", "/other"] {
        assert!(!space(domain, "http://h/a/b")("http://h/a/b"), "{domain:?}");
    }
    let many = format!("{}/a", "/x ".repeat(100_000));
    assert!(!space(&many, "http://h/a")("http://h/a") && space(&many, "http://h/a")("http://h/x"));
}

#[test]
fn the_request_that_was_challenged_is_answered_whatever_the_domain_says() {
    let digest = Digest::new("u", "p");
    let field = "Digest realm=r, nonce=n, qop=auth, domain=\"/a\"";
    let [inside, outside] = [get("http://h/a"), get("http://h/b")];
    reply(&digest, &inside, field);
    assert_eq!(said(&digest, &outside), None);
    assert!(reply(&digest, &outside, field).contains("uri=\"/b\", "));
    assert_eq!(said(&digest, &outside), None);
    assert!(said(&digest, &inside).unwrap().contains("nc=00000003,"), "they share the nonce");
}

#[test]
fn a_stale_nonce_gives_way_to_the_next_and_is_not_a_rejection() {
    let (mut server, digest, request) = (Server::new("u", "p"), Digest::new("u", "p"), get("http://h/"));
    let first = reply(&digest, &request, &server.challenge());
    for stale in ["stale=true", "stale=TRUE", "stale=\"true\""] {
        server.nonce.push('+');
        let headers = challenged(&[&format!("{}, {stale}", server.challenge())]);
        assert_eq!(digest.answer(&request, &headers, Some(&first)), Answer::Again { stale: true });
        assert_eq!(server.verify("GET", "/", &digest.reply(&request, fresh).unwrap()).unwrap().0, 1);
        assert_eq!(server.verify("GET", "/", &said(&digest, &request).unwrap()).unwrap().0, 2);
    }
    let headers = challenged(&[&format!("{}, stale=false", server.challenge())]);
    let last = said(&digest, &request).unwrap();
    assert_eq!(digest.answer(&request, &headers, Some(&last)), Answer::Rejected);
}

#[test]
fn a_nonce_that_was_answered_and_is_asked_again_is_a_rejection() {
    let (server, digest, request) = (Server::new("u", "wrong"), Digest::new("u", "p"), get("http://h/"));
    let headers = challenged(&[&server.challenge()]);
    let sent = reply(&digest, &request, &server.challenge());
    assert_eq!(digest.answer(&request, &headers, Some(&sent)), Answer::Rejected);

    let is_again = |field: &str, sent: Option<&str>| {
        matches!(Digest::new("u", "p").answer(&request, &challenged(&[field]), sent), Answer::Again { stale: false })
    };
    let field = server.challenge();
    assert!(is_again(&field.replace("nonce=\"n\"", "nonce=\"m\""), Some(&sent)), "an expired nonce may look like this");
    assert!(is_again(&field.replace("realm=\"r\"", "realm=\"s\""), Some(&sent)));
    assert!(is_again(&format!("{field}, algorithm=SHA-256"), Some(&sent)), "it was answered with MD5");
    assert!(!is_again(&format!("{field}, algorithm=MD5"), Some(&sent)), "which is what no algorithm means");
    for sent in ["Basic dTpw", "Digest", "Digest \"", "", "Bearer a, b"] {
        assert!(is_again(&field, Some(sent)), "{sent:?}");
    }
}

#[test]
fn the_strongest_of_several_challenges_is_answered_in_every_order() {
    let field = |name: &str| format!("Digest realm=r, qop=auth, nonce=\"of {name}\", algorithm={name}");
    let chosen = |fields: &[&str]| {
        let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
        assert_eq!(digest.answer(&request, &challenged(fields), None), Answer::Again { stale: false });
        let said = digest.reply(&request, fresh).unwrap();
        said.split(", ").find_map(|part| part.strip_prefix("algorithm=").map(str::to_owned)).unwrap()
    };
    let all = ["MD5", "SHA-512-256", "SHA-256", "MD4", "Basic"].map(|name| match name {
        "Basic" => "Basic realm=b".to_owned(),
        name => field(name),
    });
    for turn in 0..all.len() {
        for skip in 1..all.len() {
            let order: Vec<&str> = (0..all.len()).map(|at| &*all[(turn + at * skip) % all.len()]).collect();
            assert_eq!(chosen(&order), "SHA-512-256", "{order:?}");
            assert_eq!(chosen(&[&order.join(", ")]), "SHA-512-256", "{order:?}");
            let rest: Vec<&str> = order.iter().copied().filter(|field| !field.contains("512")).collect();
            assert_eq!(chosen(&rest), "SHA-256", "{rest:?}");
        }
    }
    for [first, second] in [["SHA-256", "SHA-256-sess"], ["SHA-256-sess", "SHA-256"], ["MD5-sess", "MD5"]] {
        assert_eq!(chosen(&[&field(first), &field(second)]), first, "the server's order decides between equals");
    }
    let strong_but_odd = "Digest realm=r, nonce=n, algorithm=SHA-256, qop=auth-int";
    assert_eq!(chosen(&[strong_but_odd, &field("MD5")]), "MD5");
}

#[test]
fn what_cannot_be_answered_is_told_by_its_reason() {
    let digest = Digest::new("u", "p");
    for (fields, expected, text) in [
        (&[][..], Unanswerable::NoChallenge, "the response has no digest challenge that can be read"),
        (&["Basic realm=x", "Digest realm=\"x"], Unanswerable::NoChallenge, ""),
        (&["Digest"], Unanswerable::Missing { name: "realm" }, "the digest challenge has no realm"),
        (&["Digest cmVhbG0="], Unanswerable::Missing { name: "realm" }, ""),
        (&["Digest realm=r, qop=auth"], Unanswerable::Missing { name: "nonce" }, "the digest challenge has no nonce"),
        (&["Digest realm=\"\", nonce=\"\""], Unanswerable::Missing { name: "nonce" }, ""),
        (
            &["Digest realm=r, nonce=n, algorithm=\"SHA-3\t\""],
            Unanswerable::Algorithm { name: "SHA-3\\t".into() },
            "the digest algorithm `SHA-3\\t` is not known",
        ),
        (
            &["Digest realm=r, nonce=n, qop=\"auth-int\""],
            Unanswerable::Protection { offered: "auth-int".into() },
            "the digest challenge offers the quality of protection `auth-int`, and only `auth` is known",
        ),
        (&["Digest nonce=n", "Digest realm=r"], Unanswerable::Missing { name: "realm" }, ""),
    ] {
        let fault = fault(&digest, fields);
        assert_eq!(fault, expected);
        assert!(text.is_empty() || fault.to_string() == text, "{fault}");
    }
    let long = format!("Digest realm=r, nonce=n, algorithm={}", "x".repeat(10_000));
    assert_eq!(fault(&digest, &[&long]), Unanswerable::Algorithm { name: "x".repeat(100).into() });
    assert_eq!(said(&digest, &get("http://h/")), None, "nothing was learned from any of them");
}

#[test]
fn odd_parameters_are_taken_for_none_where_that_is_safe() {
    let (server, digest, request) = (Server::new("u", "p"), Digest::new("u", "p"), get("http://h/"));
    for odd in ["userhash=perhaps", "userhash", "charset=latin1", "stale=maybe", "domain=", "what=\"ever\""] {
        let said = reply(&digest, &request, &format!("{}, {odd}", server.challenge()));
        server.verify("GET", "/", &said).unwrap();
    }
    let server = Server { qop: None, ..server };
    for odd in ["qop=\"\"", "qop=\" , \"", "qop="] {
        let said = reply(&digest, &request, &format!("{}, {odd}", server.challenge()));
        server.verify("GET", "/", &said).unwrap();
    }
}

#[test]
fn another_charset_is_refused_only_where_it_makes_a_difference() {
    let field = "Digest realm=r, nonce=n, charset=ISO-8859-1";
    let charset = Unanswerable::Charset { name: "ISO-8859-1".into() };
    assert_eq!(fault(&Digest::new("ü", "p"), &[field]), charset);
    assert_eq!(fault(&Digest::new("u", "ß"), &[field]), charset);
    reply(&Digest::new("u", "p"), &get("http://h/"), field);
    reply(&Digest::new("ü", "ß"), &get("http://h/"), "Digest realm=r, nonce=n, charset=utf-8");
}

#[test]
fn a_name_that_is_not_ascii_is_given_in_the_form_that_the_server_can_know() {
    let request = get("http://h/");
    for (more, form) in [
        ("", "username=\"Zoë \\\"%\\\"\""),
        (", algorithm=MD5", "username=\"Zoë \\\"%\\\"\""),
        (", charset=UTF-8", "username*=UTF-8''Zo%C3%AB%20%22%25%22"),
        (", algorithm=SHA-256", "username*=UTF-8''Zo%C3%AB%20%22%25%22"),
        (", userhash=false", "username*=UTF-8''Zo%C3%AB%20%22%25%22"),
    ] {
        let digest = Digest::new("Zoë \"%\"", "p");
        let field = format!("Digest realm=r, nonce=n, qop=auth{more}");
        let said = reply(&digest, &request, &field);
        assert!(said.starts_with(&format!("Digest {form}, realm=")), "{said}");
    }
}

#[test]
fn quotes_in_anything_are_escaped_and_digested_without_their_escapes() {
    let server = Server {
        realm: r#"say "\" or \\"" again"#.into(),
        nonce: r#"\"#.into(),
        opaque: Some(r#"a, Digest b="c""#.into()),
        ..Server::new(r#"o"n\e"#, r#"p"\"#)
    };
    let request = get("http://h/");
    for algorithm in ALGORITHMS {
        let (server, digest) = (
            Server { algorithm: Some(algorithm.into()), ..server.clone() },
            Digest::new(&*server.user, &*server.password),
        );
        let first = reply(&digest, &request, &server.challenge());
        server.verify("GET", "/", &first).unwrap();
        let headers = challenged(&[&server.challenge()]);
        assert_eq!(digest.answer(&request, &headers, Some(&first)), Answer::Rejected);
    }
}
