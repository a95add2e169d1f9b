//! Rule 20: a caller's own way to say who asks.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::error::Error as StdError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use sortie::{Auth, AuthScheme, ErrorKind, Headers, Phase, PreparedRequest, Seen, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

type Said = Result<Headers, Box<dyn StdError + Send + Sync>>;

/// A scheme that does what a closure says, and goes again after a 401 as often as another says.
struct Scheme<A, B>(A, B);

impl<A, B> AuthScheme for Scheme<A, B>
where
    A: Fn(&PreparedRequest, SystemTime) -> Said + Send + Sync,
    B: Fn(&Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> + Send + Sync,
{
    fn authorize(&self, request: &PreparedRequest, now: SystemTime) -> Said {
        self.0(request, now)
    }

    fn answer(&self, seen: &Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        self.1(seen)
    }
}

fn scheme(
    says: impl Fn(&PreparedRequest) -> Said + Send + Sync + 'static,
    answers: impl Fn(&Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> + Send + Sync + 'static,
) -> Auth {
    Auth::scheme(Scheme(move |request: &PreparedRequest, _| says(request), answers))
}

fn fields(list: &[(&str, &str)]) -> Said {
    let mut headers = Headers::new();
    for (name, value) in list {
        headers.append(name, value)?;
    }
    Ok(headers)
}

fn session(auth: Auth) -> Session {
    Session::builder().auth(auth).build().unwrap()
}

fn authorizations(server: &RawServer) -> Vec<String> {
    heads(server).iter().map(|head| values(head, "authorization").join("|")).collect()
}

const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Token\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_scheme_sees_the_request_as_it_is_prepared_and_its_fields_take_the_place_of_others() {
    let server = RawServer::answering(OK).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let auth = Auth::scheme(Scheme(
        move |request: &PreparedRequest, now: SystemTime| {
            let fields = request.headers().iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
            let body = request.body().as_bytes().map(|bytes| bytes.to_vec());
            notes.lock().unwrap().push((request.method().clone(), request.url().clone(), fields, body, now));
            self::fields(&[("X-Signature", "s1"), ("AUTHORIZATION", "own")])
        },
        |_: &Seen<'_>| Ok(false),
    ));
    let session = Session::builder().auth(auth).header("x-signature", "old").build().unwrap();
    let response = session.post(server.url("/p?q=1")).cookie("c", "1").form([("a", "1")]).send().unwrap();
    let (method, url, fields, body, now) = seen.lock().unwrap().pop().unwrap();
    assert_eq!((method.as_str(), url.target(), body.as_deref()), ("POST", "/p?q=1", Some(&b"a=1"[..])));
    assert!(fields.iter().any(|field| field == "Content-Length: 3") && now > SystemTime::UNIX_EPOCH);
    assert!(!fields.iter().any(|field| field.starts_with("Cookie")), "complete but for cookies: {fields:?}");

    let head = heads(&server).pop().unwrap();
    assert_eq!((values(&head, "x-signature"), values(&head, "authorization")), (vec!["s1"], vec!["own"]));
    let sent = response.request().headers();
    assert!(sent.is_sensitive("X-Signature") && sent.is_sensitive("Authorization"));
    assert_eq!(values(&head, "cookie"), ["c=1"]);
}

#[test]
fn a_scheme_answers_a_challenge_with_a_new_token() {
    let server = RawServer::answers(vec![REFUSED.into(), OK.into(), OK.into()]).unwrap();
    let tokens = Arc::new(AtomicUsize::new(0));
    let (said, renewed) = (tokens.clone(), tokens);
    let auth = scheme(
        move |_| fields(&[("Authorization", &format!("Token {}", said.load(Ordering::SeqCst)))]),
        move |seen| {
            assert_eq!(seen.brought.unwrap().get("Authorization"), Some("Token 0"));
            assert_eq!(seen.headers.get("WWW-Authenticate"), Some("Token"));
            Ok(renewed.fetch_add(1, Ordering::SeqCst) == 0)
        },
    );
    let session = session(auth);
    let response = session.put(server.url("/")).body("again").send().unwrap();
    assert!(response.ok() && session.get(server.url("/")).send().unwrap().ok());
    assert_eq!(response.history().len(), 1);
    assert_eq!(authorizations(&server), ["Token 0", "Token 1", "Token 1"]);
    assert!(server.requests()[1].ends_with(b"\r\n\r\nagain"));
}

#[test]
fn a_scheme_is_asked_three_times_at_the_most_whether_to_go_again() {
    let server = RawServer::answering(REFUSED).unwrap();
    let response = session(scheme(|_| fields(&[]), |_| Ok(true))).get(server.url("/")).send().unwrap();
    assert_eq!((response.status().as_u16(), response.history().len(), server.requests().len()), (401, 3, 4));
}

#[test]
fn a_scheme_that_fails_ends_its_call_with_its_reason() {
    let server = RawServer::answering(REFUSED).unwrap();
    let cases: [(Auth, &str, usize); 4] = [
        (scheme(|_| Err("no token today".into()), |_| Ok(false)), "no token today", 0),
        (scheme(|_| fields(&[]), |_| Err("no token left".into())), "no token left", 1),
        (scheme(|_| fields(&[("Host", "other")]), |_| Ok(false)), "`Host` is not for a scheme", 0),
        (scheme(|_| fields(&[("Content-Length", "0")]), |_| Ok(false)), "`Content-Length` is not for a scheme", 0),
    ];
    for (auth, reason, sent) in cases {
        let before = server.requests().len();
        let error = session(auth).get(server.url("/")).send().unwrap_err();
        assert_eq!((error.kind(), server.requests().len() - before), (ErrorKind::Auth, sent), "{error:#}");
        assert!(chain(&error).contains(reason), "{error:#}");
        assert_eq!(error.phase(), Some(if sent == 0 { Phase::Send } else { Phase::Redirect }));
        assert_eq!(error.response().is_some(), sent == 1);
    }
}

#[test]
fn a_scheme_that_panics_fails_its_call_and_nothing_else() {
    let server = TestServer::start().unwrap();
    let panics = scheme(
        |request| match request.url().query() {
            Some("panic=1") => panic!("out of ink"),
            _ => fields(&[]),
        },
        |seen| match seen.request.url().query() {
            Some("panic=2") => panic!("out of paper"),
            _ => Ok(false),
        },
    );
    let session = session(panics);
    let requests = (0..30).map(|tag| session.get(server.url("/status/403")).param("panic", tag % 3).tag(tag));
    let outcomes = session.batch().concurrency(4).map(requests);
    for (tag, outcome) in outcomes.into_iter().enumerate() {
        match (tag % 3, outcome) {
            (0, outcome) => assert_eq!(outcome.unwrap().status(), 403),
            (1, outcome) => {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Auth);
                assert!(chain(&error).ends_with("it panicked: out of ink"), "{error:#}");
            }
            (_, outcome) => assert!(chain(&outcome.unwrap_err()).ends_with("it panicked: out of paper")),
        }
    }
    let connections = server.connections();
    assert!(connections <= 4, "the connections serve on: {connections}");
}

#[test]
fn a_call_that_a_scheme_fails_leaves_a_connection_that_serves_on() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    assert!(session.get(server.url("/get")).send().unwrap().ok());
    for says in [|| panic!("out of ink"), || Err("no token today".into())] as [fn() -> Said; 2] {
        let error = session.get(server.url("/get")).auth(scheme(move |_| says(), |_| Ok(false))).send().unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 0));
    }
    assert!(session.get(server.url("/get")).send().unwrap().ok());
    assert_eq!((server.connections(), server.requests()), (1, 2));
}

#[test]
fn a_scheme_is_asked_on_its_own_origin_alone() {
    let away = RawServer::answering(OK).unwrap();
    let there = |url: &str| format!("HTTP/1.1 307 Elsewhere\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n");
    let home = RawServer::answers(vec![there("/again").into(), there(&away.url("/")).into()]).unwrap();
    let auth = || scheme(|_| fields(&[("Authorization", "own"), ("X-Plain", "own")]), |_| Ok(true));
    assert!(session(auth()).get(home.url("/")).send().unwrap().ok());
    assert_eq!((authorizations(&home), authorizations(&away)), (vec!["own".into(); 2], vec![String::new()]));
    assert!(values(&heads(&away)[0], "x-plain").is_empty());

    // There and back.
    let home = TestServer::start().unwrap();
    let back = RawServer::answering(there(&home.url("/headers"))).unwrap();
    let request = session(auth()).get(home.url("/redirect-to")).param("url", &*back.url("/"));
    let response = request.send().unwrap();
    assert_eq!((response.status().as_u16(), response.history().len()), (200, 2));
    assert!(!response.text().contains("own"), "{}", response.text());
}

#[cfg(feature = "sigv4")]
#[test]
fn requests_are_signed_by_sigv4_anew_for_each_exchange() {
    use sortie::SigV4;

    let server = RawServer::answering(OK).unwrap();
    let keys = SigV4::new("AKIDEXAMPLE", "5ecret", "eu-central-1", "execute-api").session_token("t0ken");
    let session = session(Auth::scheme(keys));
    assert!(session.post(server.url("/a%20b?z=1&a=2")).body("x").send().unwrap().ok());
    let head = heads(&server).pop().unwrap();
    let said = values(&head, "authorization").join("|");
    assert!(said.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{said}");
    assert!(said.contains("/eu-central-1/execute-api/aws4_request") && said.contains("Signature="), "{said}");
    assert_eq!((values(&head, "x-amz-security-token"), values(&head, "x-amz-date").len()), (vec!["t0ken"], 1));
    assert!(!format!("{session:?}").contains("5ecret"));
}
