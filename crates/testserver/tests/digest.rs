//! Digest authentication, by a client that computes it once more.
#![allow(clippy::unwrap_used)]

mod client;

use client::{Answer, Client};
use md5::Md5;
use serde_json::json;
use sha2::{Digest, Sha256, Sha512_256};
use sortie_testserver::TestServer;

/// What a client makes its credentials of.
#[derive(Clone)]
struct Credentials {
    algorithm: &'static str,
    qop: Option<&'static str>,
    user: &'static str,
    password: &'static str,
    uri: String,
    nonce: String,
    nc: u32,
}

impl Credentials {
    fn new(uri: &str, challenge: &Answer) -> Self {
        let nonce = parameter(challenge, "nonce").unwrap();
        let (user, password) = ("Mufasa", "Circle of Life");
        Self { algorithm: "MD5", qop: Some("auth"), user, password, uri: uri.into(), nonce, nc: 1 }
    }

    fn hash(&self, text: &[u8]) -> String {
        let octets = match self.algorithm.trim_end_matches("-sess") {
            "MD5" => Md5::digest(text).to_vec(),
            "SHA-256" => Sha256::digest(text).to_vec(),
            _ => Sha512_256::digest(text).to_vec(),
        };
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    fn field(&self, method: &str, content: &[u8]) -> String {
        let Self { user, password, uri, nonce, .. } = self;
        let nc = format!("{:08x}", self.nc);
        let mut secret = self.hash(format!("{user}:testserver:{password}").as_bytes());
        if self.algorithm.ends_with("-sess") {
            secret = self.hash(format!("{secret}:{nonce}:ours").as_bytes());
        }
        let asked = match self.qop {
            Some("auth-int") => format!("{method}:{uri}:{}", self.hash(content)),
            _ => format!("{method}:{uri}"),
        };
        let asked = self.hash(asked.as_bytes());
        let (middle, qop) = match self.qop {
            Some(qop) => (format!("{nonce}:{nc}:ours:{qop}"), format!(", qop={qop}, nc={nc}")),
            None => (nonce.clone(), String::new()),
        };
        let response = self.hash(format!("{secret}:{middle}:{asked}").as_bytes());
        format!(
            "Authorization: Digest username=\"{user}\", realm=\"testserver\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", opaque=\"b3BhcXVl\", algorithm={}, cnonce=\"ours\"{qop}\r\n",
            self.algorithm
        )
    }
}

/// A parameter of the challenge.
fn parameter(challenge: &Answer, name: &str) -> Option<String> {
    let field = challenge.field("Www-Authenticate")?.strip_prefix("Digest ")?;
    field.split(", ").find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.trim_matches('"').to_owned()))
}

fn ask(client: &mut Client, path: &str, fields: &str) -> Answer {
    client.send(&format!("GET {path} HTTP/1.1\r\nHost: h\r\n{fields}\r\n"), b"")
}

#[test]
fn every_algorithm_lets_its_user_in() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for algorithm in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"] {
        for (name, qop) in [("auth", Some("auth")), ("auth-int", Some("auth-int")), ("none", None)] {
            let path = format!("/digest-auth/{name}/Mufasa/Circle%20of%20Life/{algorithm}?q=%2f");
            let challenge = client.get(&path);
            assert_eq!(challenge.status, 401);
            assert_eq!(parameter(&challenge, "algorithm").as_deref(), Some(algorithm));
            assert_eq!(parameter(&challenge, "qop").as_deref(), qop);
            assert_eq!(parameter(&challenge, "stale"), None);
            let credentials = Credentials { algorithm, qop, ..Credentials::new(&path, &challenge) };
            let answer = ask(&mut client, &path, &credentials.field("GET", b""));
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!((&answer.json()["authenticated"], &answer.json()["user"]), (&json!(true), &json!("Mufasa")));
        }
    }
}

#[test]
fn content_is_told_back_and_covered() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let path = "/digest-auth/both/Mufasa/Circle%20of%20Life";
    let challenge = client.send_content("POST", path, "text/plain", b"hello");
    assert_eq!((challenge.status, parameter(&challenge, "algorithm")), (401, None));
    let mut credentials = Credentials { qop: Some("auth-int"), ..Credentials::new(path, &challenge) };
    let mut post = |credentials: &Credentials, covered: &[u8]| {
        let fields = credentials.field("POST", covered);
        client.send(&format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n{fields}\r\n"), b"hello")
    };
    assert_eq!(post(&credentials, b"hello").json()["data"], "hello");
    credentials.nc = 2;
    assert_eq!(post(&credentials, b"hallo").status, 401);
    assert_eq!(post(&credentials, b"hello").status, 200);
}

#[test]
fn what_is_not_proven_is_refused() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let path = "/digest-auth/auth/Mufasa/Circle%20of%20Life?a=1";
    let challenge = client.get(path);
    let good = Credentials::new(path, &challenge);
    let bad = [
        Credentials { password: "circle of life", ..good.clone() },
        Credentials { user: "mufasa", ..good.clone() },
        Credentials { uri: "/digest-auth/auth/Mufasa/Circle%20of%20Life".into(), ..good.clone() },
        Credentials { qop: None, ..good.clone() },
        Credentials { qop: Some("auth-int"), ..good.clone() },
        Credentials { algorithm: "SHA-256", ..good.clone() },
    ];
    let mut fields: Vec<String> = bad.iter().map(|credentials| credentials.field("GET", b"")).collect();
    let right = good.field("GET", b"");
    fields.push(good.field("PUT", b""));
    for (part, other) in
        [("b3BhcXVl", ""), ("nc=00000001", "nc=1"), ("cnonce=\"ours\"", "cnonce=\"theirs\""), ("Digest", "Basic")]
    {
        fields.push(right.replace(part, other));
    }
    for fields in fields {
        let refused = ask(&mut client, path, &fields);
        assert_eq!((refused.status, parameter(&refused, "stale")), (401, None), "{fields}");
        assert_ne!(parameter(&refused, "nonce").unwrap(), good.nonce);
    }
    assert_eq!(ask(&mut client, path, &right).status, 200);
    let replayed = ask(&mut client, path, &right);
    assert_eq!((replayed.status, parameter(&replayed, "stale")), (401, None));
}

#[test]
fn a_nonce_is_stale_after_its_uses_or_at_another_server() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let path = "/digest-auth/auth/Mufasa/Circle%20of%20Life/MD5/2";
    let mut credentials = Credentials::new(path, &client.get(path));
    let mut statuses = Vec::new();
    let mut stale = None;
    for nc in 1..=3 {
        credentials.nc = nc;
        let answer = ask(&mut client, path, &credentials.field("GET", b""));
        statuses.push(answer.status);
        stale = parameter(&answer, "stale");
        if stale.is_some() {
            credentials = Credentials::new(path, &answer);
        }
    }
    assert_eq!((statuses, stale.as_deref()), (vec![200, 200, 401], Some("true")));
    assert_eq!(ask(&mut client, path, &credentials.field("GET", b"")).status, 200);
    let unknown = Credentials { nonce: "xyz".into(), ..credentials };
    let refused = ask(&mut client, path, &unknown.field("GET", b""));
    assert_eq!((refused.status, parameter(&refused, "stale").as_deref()), (401, Some("true")));
    let wrong = Credentials { password: "x", ..unknown };
    assert_eq!(parameter(&ask(&mut client, path, &wrong.field("GET", b"")), "stale"), None);
}

#[test]
fn the_counts_of_a_nonce_increase_unless_any_order_will_do() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    for (query, expected) in [("", [200, 401, 200]), ("?nc=any", [200, 200, 401])] {
        let path = format!("/digest-auth/auth/Mufasa/Circle%20of%20Life{query}");
        let challenge = client.get(&path);
        let statuses = [2, 1, if query.is_empty() { 3 } else { 2 }].map(|nc| {
            let credentials = Credentials { nc, ..Credentials::new(&path, &challenge) };
            ask(&mut client, &path, &credentials.field("GET", b"")).status
        });
        assert_eq!(statuses, expected, "{query}");
    }
}

#[test]
fn a_user_can_have_any_letter() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let path = "/digest-auth/auth/J%C3%A4s%C3%B8n%20Doe/Secret%2C%20or%20not%3F";
    let challenge = client.get(path);
    let credentials =
        Credentials { user: "Jäsøn Doe", password: "Secret, or not?", ..Credentials::new(path, &challenge) };
    let field = credentials.field("GET", b"");
    assert_eq!(ask(&mut client, path, &field).json()["user"], "Jäsøn Doe");
    let credentials = Credentials { nc: 2, ..credentials };
    let encoded = credentials.field("GET", b"");
    let encoded = encoded.replace("username=\"Jäsøn Doe\"", "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe");
    assert_eq!(ask(&mut client, path, &encoded).status, 200);
}

#[test]
fn a_cookie_comes_with_the_challenge_where_that_is_asked_for() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    assert_eq!(client.get("/digest-auth/auth/u/p?cookie=1").field("Set-Cookie"), Some("challenged=1; Path=/"));
    assert_eq!(client.get("/digest-auth/auth/u/p").field("Set-Cookie"), None);
    for path in ["auth/u", "x/u/p", "auth/u/p/SHA-1", "auth/u/p/MD5/x", "auth/u/p/MD5/1/2"] {
        assert_eq!(client.get(&format!("/digest-auth/{path}")).status, 400, "{path}");
    }
    assert_eq!(client.get("/digest-auth/auth/u/p/md5/never").status, 401);
}
