//! Rules 20 and 21: who says who asks, whose word counts, and where it goes.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::io;
use std::sync::{Arc, Mutex};

use sortie::{
    Arguments, Auth, AuthScheme, Basic, Bearer, Detailed, Digest, Event, FnSink, Headers, Memory, Netrc,
    PreparedRequest, Request, Session, SessionBuilder, Setting, Sink, Url,
};
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

/// A scheme that says the same each time.
struct Says(&'static str);

impl AuthScheme for Says {
    fn authorize(
        &self,
        _: &PreparedRequest,
        _: std::time::SystemTime,
    ) -> Result<Headers, Box<dyn std::error::Error + Send + Sync>> {
        let mut headers = Headers::new();
        headers.set_sensitive("Authorization", self.0)?;
        Ok(headers)
    }
}

/// What each source of credentials says here.
const OF_REQUEST: &str = "Bearer request-auth";
const OF_REQUEST_FIELD: &str = "request field";
const OF_URL: &str = "Basic dXNAZXI6cDpzcw==";
const OF_SESSION: &str = "Bearer session-auth";
const OF_SESSION_FIELD: &str = "session field";
const OF_NETRC: &str = "Basic bmV0OnJj";

fn netrc(text: &str) -> Netrc {
    let (netrc, faults) = Netrc::parse(text);
    assert!(faults.is_empty(), "{faults:?}");
    netrc
}

/// What came to the server, one entry a request.
fn authorizations(server: &RawServer) -> Vec<String> {
    heads(server).iter().map(|head| values(head, "authorization").join("|")).collect()
}

fn leads_to(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 307 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into()
}

#[test]
fn rule_21_of_all_sources_the_first_counts_in_this_order() {
    let server = RawServer::answering(OK).unwrap();
    let sources =
        [OF_REQUEST, OF_REQUEST_FIELD, OF_URL, OF_SESSION, OF_SESSION_FIELD, OF_NETRC].map(|said| said.to_owned());
    let scheme = |said: &'static str| Auth::scheme(Says(said));
    let bearer = |said: &str| Auth::from(Bearer::new(said.trim_start_matches("Bearer ")));
    for (own, hooked) in [(false, false), (true, false), (false, true), (true, true)] {
        for there in 0..1_u32 << sources.len() {
            let has = |source: usize| there & 1 << source != 0;
            let auth = |said: &'static str| if own { scheme(said) } else { bearer(said) };
            let mut builder = Session::builder().netrc(match has(5) {
                true => netrc("machine 127.0.0.1 login net password rc"),
                false => Netrc::default(),
            });
            if has(4) {
                builder = builder.header("Authorization", OF_SESSION_FIELD);
            }
            if has(3) {
                builder = builder.auth(auth(OF_SESSION));
            }
            if hooked {
                builder = builder.on_args(|args: &Arguments| Some(args.clone()));
            }
            let url = server.url("/");
            let url = if has(2) { url.replace("://", "://us%40er:p%3Ass@") } else { url };
            let mut request = builder.build().unwrap().get(url);
            if has(1) {
                request = request.header("authorization", OF_REQUEST_FIELD);
            }
            if has(0) {
                request = request.auth(Setting::Set(auth(OF_REQUEST)));
            }
            request.send().unwrap();
            let expected = (0..sources.len()).find(|source| has(*source)).map_or("", |source| &sources[source]);
            let said = authorizations(&server).pop().unwrap();
            assert_eq!(said, expected, "{there:06b}, schemes of one's own: {own}, an args hook: {hooked}");
        }
    }
}

#[test]
fn rule_21_none_lifts_the_sessions_and_the_netrc_files_and_nothing_else() {
    let server = RawServer::answering(OK).unwrap();
    let file = || netrc("machine 127.0.0.1 login net password rc");
    for auth in [Auth::from(Bearer::new("s")), Auth::scheme(Says("s")), Digest::new("u", "p").into()] {
        let session = Session::builder().auth(auth).netrc(file()).build().unwrap();
        session.get(server.url("/")).auth(None).send().unwrap();
        session.get(server.url("/").replace("://", "://us%40er:p%3Ass@")).auth(None).send().unwrap();
        session.get(server.url("/")).auth(None).header("Authorization", OF_REQUEST_FIELD).send().unwrap();
    }
    let expected = ["", OF_URL, OF_REQUEST_FIELD];
    assert_eq!(authorizations(&server), [expected, expected, expected].concat());
}

#[test]
fn rule_21_a_digest_of_the_request_puts_its_authorization_field_aside() {
    let challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                     Content-Length: 0\r\n\r\n";
    let server = RawServer::answers(vec![challenge.into(), OK.into()]).unwrap();
    let request = sortie::get(server.url("/")).header("Authorization", OF_REQUEST_FIELD).auth(Digest::new("u", "p"));
    assert!(request.send().unwrap().ok());
    let said = authorizations(&server);
    assert_eq!(said[0], "");
    assert!(said[1].starts_with("Digest username=\"u\"") && !said[1].contains('|'), "{said:?}");
}

#[test]
fn rule_21_an_authorization_field_or_userinfo_puts_the_sessions_digest_aside() {
    let challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                     Content-Length: 0\r\n\r\n";
    let server = RawServer::answering(challenge).unwrap();
    let session = Session::builder().auth(Digest::new("u", "p")).build().unwrap();
    let asked: [Request; 3] = [
        session.get(server.url("/")).header("Authorization", OF_REQUEST_FIELD),
        session.get(server.url("/").replace("://", "://us%40er:p%3Ass@")),
        session.get(server.url("/")).auth(None),
    ];
    for request in asked {
        assert_eq!(request.send().unwrap().status(), 401);
    }
    assert_eq!(authorizations(&server), [OF_REQUEST_FIELD, OF_URL, ""], "none of the challenges is answered");
}

#[test]
fn rule_30_netrc_is_looked_up_for_the_host_that_a_redirect_leads_to() {
    let target = RawServer::answering(OK).unwrap();
    let port = target.addr().port();
    let there = format!("http://there.test:{port}/");
    let server = RawServer::answering(leads_to(&there)).unwrap();
    let session = |text: &str| {
        let there = [[127, 0, 0, 1].into()];
        Session::builder().netrc(netrc(text)).resolve("there.test", port, there).build().unwrap()
    };
    let both = "machine 127.0.0.1 login first password 1 machine there.test login net password rc";
    assert!(session(both).get(server.url("/")).send().unwrap().ok());
    let first = "machine 127.0.0.1 login first password 1";
    assert!(session(first).get(server.url("/")).send().unwrap().ok());
    // Who asks without credentials does so everywhere.
    assert!(session(both).get(server.url("/")).auth(None).send().unwrap().ok());
    assert_eq!(authorizations(&target), [OF_NETRC, "", ""]);
    assert_eq!(authorizations(&server), ["Basic Zmlyc3Q6MQ==", "Basic Zmlyc3Q6MQ==", ""]);
}

#[test]
fn rule_30_what_netrc_says_for_one_host_is_told_no_other() {
    let last = RawServer::answering(OK).unwrap();
    let middle = RawServer::answering(leads_to(&last.url("/"))).unwrap();
    let port = middle.addr().port();
    let first = RawServer::answering(leads_to(&format!("http://there.test:{port}/"))).unwrap();
    let netrc = netrc("machine there.test login net password rc");
    let session = Session::builder().netrc(netrc).auth(Bearer::new("session-auth"));
    let session = session.resolve("there.test", port, [[127, 0, 0, 1].into()]).build().unwrap();
    assert!(session.get(first.url("/")).send().unwrap().ok());
    assert_eq!([&first, &middle, &last].map(authorizations), [[OF_SESSION], [OF_NETRC], [""]]);
}

#[test]
fn a_pre_request_hook_that_says_who_asks_has_the_last_word() {
    let challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                     Content-Length: 0\r\n\r\n";
    let server = RawServer::answering(challenge).unwrap();
    let sources: [Auth; 3] = [Digest::new("u", "p").into(), Auth::scheme(Says("x")), Basic::new("u", "p").into()];
    for auth in sources {
        let session = Session::builder().auth(auth).on_pre_request(|request: &PreparedRequest| {
            let mut request = request.clone();
            request.headers_mut().set_sensitive("Authorization", "hook").unwrap();
            Some(request)
        });
        assert_eq!(session.build().unwrap().get(server.url("/")).send().unwrap().status(), 401);
    }
    assert_eq!(authorizations(&server), ["hook", "hook", "hook"]);
}

#[test]
fn a_pre_request_hook_that_leaves_the_origin_leaves_the_credentials_behind() {
    let (server, other) = (RawServer::answering(OK).unwrap(), RawServer::answering(OK).unwrap());
    let sources: [Auth; 3] = [Digest::new("u", "p").into(), Auth::scheme(Says("x")), Basic::new("u", "p").into()];
    for auth in sources {
        let there = Url::parse(&other.url("/there")).unwrap();
        let session = Session::builder().auth(auth).on_pre_request(move |request: &PreparedRequest| {
            let mut request = request.clone();
            request.set_url(there.clone());
            Some(request)
        });
        assert!(session.build().unwrap().get(server.url("/")).send().unwrap().ok());
    }
    assert_eq!(authorizations(&other), ["", "", ""]);
    assert!(server.requests().is_empty());
}

/// What was written, for a test to read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_credential_is_shown_in_a_log_an_error_or_a_debug() {
    const SECRET: &str = "5ecret";
    let challenge = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                     Content-Length: 0\r\n\r\n";
    let other = RawServer::answering(challenge).unwrap();
    let server =
        RawServer::answers(vec![challenge.into(), challenge.into(), leads_to(&other.url("/?token=5ecret"))]).unwrap();
    let file = || netrc("machine 127.0.0.1 login 5ecret password 5ecret");
    let (memory, page) = (Arc::new(Memory::new()), Page::default());
    let with: [fn(SessionBuilder) -> SessionBuilder; 5] = [
        |builder| builder.auth(Digest::new("u", SECRET)),
        |builder| builder.auth(Auth::scheme(Says(SECRET))),
        |builder| builder.auth(Basic::new("u", SECRET)),
        |builder| builder.auth(Bearer::new(SECRET)),
        |builder| builder,
    ];
    for with in with {
        let (kept, written) = (memory.clone(), Detailed::new(page.clone()));
        let builder = with(Session::builder()).netrc(file()).sink(FnSink(move |event: &Event| {
            kept.record(event);
            written.record(event);
        }));
        let session = builder.build().unwrap();
        let url = server.url("/?api_key=5ecret");
        let shown = [
            format!("{session:?}"),
            format!("{:?}", session.get(&url)),
            format!("{:?}", session.get(&url).send().unwrap()),
            format!("{:?}", session.get(url.replace("://", "://u:5ecret@")).max_redirects(0).send()),
        ];
        for shown in shown {
            assert!(!shown.contains(SECRET), "{shown}");
        }
        let error = session.get(&url).max_redirects(0).send();
        let said =
            error.map_or_else(|error| format!("{error:?} {}", chain(&error)), |response| format!("{response:?}"));
        assert!(!said.contains(SECRET), "{said}");
    }
    let lines = memory.lines();
    assert!(lines.len() > 20 && lines.iter().any(|line| line.contains("redirect")), "{lines:#?}");
    let written = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(!lines.join("\n").contains(SECRET) && !written.contains(SECRET), "{written}");
}
