//! Rule 37: what went wrong is tried again, where that was asked for and is safe.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sortie::{
    Batch, CancelToken, Digest, ErrorKind, Memory, Method, Phase, Response, Retries, Session, Setback, Tried, Wait,
    What,
};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{TestServer, refused_port};
use support::heads::{OK, chain, heads, values};

/// Retries that hardly wait.
fn soon(count: u32) -> Retries {
    Retries { backoff: Duration::from_millis(1), jitter: 0, ..Retries::new(count) }
}

/// Retries that would wait for longer than any test runs.
fn late(count: u32) -> Retries {
    let wait = Duration::from_secs(3_600);
    Retries { backoff: wait, max_wait: wait, jitter: 0, ..Retries::new(count) }
}

fn texts(tried: &[Tried]) -> Vec<String> {
    tried.iter().map(ToString::to_string).collect()
}

fn statuses(response: &Response) -> Vec<u16> {
    response.history().iter().chain([response]).map(|exchange| exchange.status().as_u16()).collect()
}

/// An answer without content and with this status and Retry-After.
fn busy(status: u16, after: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Busy\r\nRetry-After: {after}\r\nContent-Length: 0\r\n\r\n").into()
}

#[test]
fn rule_37_a_status_is_tried_again_and_told_in_the_response() {
    let server = TestServer::start().unwrap();
    let response = sortie::get(server.url("/retry/a/2")).retries(soon(3)).send().unwrap();
    assert_eq!(statuses(&response), [503, 503, 200]);
    assert_eq!(response.json::<Value>().unwrap()["attempt"], 3);
    assert_eq!(texts(response.tried()), ["status 503, again after 1ms", "status 503, again after 2ms"]);
    assert!(response.tried().iter().all(|tried| matches!(tried.why, Setback::Status(status) if status == 503)));
}

#[test]
fn rule_37_the_last_status_is_the_answer_once_the_count_is_used_up() {
    let server = TestServer::start().unwrap();
    for (id, retries, asked) in [("none", soon(0), 1), ("one", soon(1), 2), ("two", soon(2), 3)] {
        let before = server.requests();
        let response = sortie::get(server.url(&format!("/retry/{id}/9"))).retries(retries).send().unwrap();
        assert_eq!((response.status().as_u16(), server.requests() - before), (503, asked));
        let error = response.raise_for_status().unwrap_err();
        assert_eq!((error.tried().len(), error.attempts() as usize), (asked - 1, asked));
    }
    let before = server.requests();
    assert_eq!(sortie::get(server.url("/retry/default/9")).send().unwrap().status(), 503);
    assert_eq!(server.requests() - before, 1, "off by default");
}

#[test]
fn rule_37_which_statuses_can_be_said() {
    let server = TestServer::start().unwrap();
    for (status, usual) in [(429, 2), (500, 1), (501, 1), (502, 2), (503, 2), (504, 2), (404, 1), (200, 1)] {
        let url = |id: &str| server.url(&format!("/retry/{id}{status}/1?status={status}"));
        let before = server.requests();
        sortie::get(url("u")).retries(soon(1)).send().unwrap();
        assert_eq!(server.requests() - before, usual, "{status}");
        let before = server.requests();
        let own = Retries { statuses: vec![500, 404], ..soon(1) };
        sortie::get(url("o")).retries(own).send().unwrap();
        assert_eq!(server.requests() - before, 1 + usize::from([500, 404].contains(&status)), "{status}");
    }
}

#[test]
fn rule_37_a_post_is_not_tried_again_unless_any_method_is() {
    let server = TestServer::start().unwrap();
    for (method, any, expected) in [
        (Method::POST, false, 503),
        (Method::POST, true, 200),
        (Method::PATCH, false, 503),
        (Method::PUT, false, 200),
        (Method::DELETE, false, 200),
    ] {
        let url = server.url(&format!("/retry/{method}{any}/1"));
        let retries = Retries { any_method: any, ..soon(1) };
        let response = sortie::request(method.clone(), url).body("a=1").retries(retries).send().unwrap();
        assert_eq!(response.status(), expected, "{method} {any}");
        assert_eq!(response.json::<Value>().unwrap()["data"], "a=1");
    }
}

#[test]
fn rule_37_a_refused_connection_is_tried_again_whatever_the_method() {
    let url = format!("http://127.0.0.1:{}/", refused_port());
    for method in [Method::GET, Method::POST] {
        let error = sortie::request(method.clone(), &url).body("x").retries(soon(2)).send().unwrap_err();
        assert_eq!((error.kind(), error.phase(), error.attempts()), (ErrorKind::Connect, Some(Phase::Connect), 0));
        let refused = format!(": {method} {url} (phase connect): ");
        for (tried, wait) in error.tried().iter().zip(["1ms", "2ms"]) {
            let text = tried.to_string();
            assert!(text.starts_with("the connection could not be opened") && text.contains(&refused), "{text}");
            assert!(text.contains("refused") && text.ends_with(&format!(", again after {wait}")), "{text}");
            assert!(matches!(&tried.why, Setback::Failed(error) if error.kind() == ErrorKind::Connect));
        }
        assert_eq!(error.tried().len(), 2);
        assert!(format!("{error:#}").contains("refused"), "{error:#}");
    }
    let statuses_alone = Retries { failures: false, ..soon(2) };
    assert!(sortie::get(&url).retries(statuses_alone).send().unwrap_err().tried().is_empty());
}

#[test]
fn rule_37_an_answer_that_breaks_is_tried_again_and_one_that_is_wrong_is_not() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec();
    let cases: [(&[u8], bool); 4] =
        [(&cut, true), (b"", true), (b"HTTP/1.1 200 OK\r\nConte", true), (b"FTP/9 hello\r\n\r\n", false)];
    for (bad, again) in cases {
        let bad = bad.to_vec();
        let server = RawServer::start(move |peer| match peer.read_request()? {
            Some(_) if peer.number() == 0 => peer.write(&bad),
            _ => peer.write(OK.as_bytes()),
        })
        .unwrap();
        let outcome = sortie::get(server.url("/")).retries(soon(1)).send();
        assert_eq!((outcome.is_ok(), server.requests().len()), (again, 1 + usize::from(again)), "{outcome:?}");
        if let Ok(response) = outcome {
            assert_eq!((response.tried().len(), response.history().len()), (1, 0));
        }
    }
}

#[test]
fn rule_37_retry_after_is_read_as_seconds_and_as_a_date() {
    for after in ["0", "Sun, 06 Nov 1994 08:49:37 GMT", "soon", "-1"] {
        let server = RawServer::answers(vec![busy(503, after), OK.into()]).unwrap();
        let response = sortie::get(server.url("/")).retries(soon(1)).send().unwrap();
        assert_eq!(texts(response.tried()), ["status 503, again after 1ms"], "{after}");
    }
    let server = RawServer::answers(vec![busy(429, "1"), OK.into()]).unwrap();
    let response = sortie::get(server.url("/")).retries(soon(1)).send().unwrap();
    assert_eq!(texts(response.tried()), ["status 429, again after 1s"]);

    // More than it would ever wait, in both forms.
    for after in ["61", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = RawServer::answering(busy(503, after)).unwrap();
        let response = sortie::get(server.url("/")).retries(soon(5)).send().unwrap();
        assert_eq!((response.status().as_u16(), server.requests().len()), (503, 1), "{after}");
    }
}

#[test]
fn a_budget_bounds_the_retries_of_a_batch_together() {
    let server = RawServer::answering(busy(503, "0")).unwrap();
    let session = Session::builder().retries(soon(3)).build().unwrap();
    for (share, calls, retries) in [(0.1, 40, 4), (0.0, 10, 0), (-1.0, 10, 0), (f64::NAN, 10, 0), (1.0, 10, 10)] {
        let before = server.requests().len();
        let batch = session.batch().concurrency(4).retry_budget(share);
        let outcomes = batch.map((0..calls).map(|_| session.get(server.url("/"))));
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|response| response.status() == 503)));
        let asked = server.requests().len() - before - calls;
        assert!(asked <= retries, "{share}: {asked}");
        let tried: usize = outcomes.iter().map(|outcome| outcome.as_ref().unwrap().tried().len()).sum();
        assert_eq!(tried, asked);
    }
}

#[test]
fn a_budget_is_of_its_own_batch_alone() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().retries(soon(3)).build().unwrap();
    let busy = || session.get(server.url("/status/503"));
    let tried_in_a_batch = || -> usize {
        let outcomes = session.batch().retry_budget(0.1).map((0..10).map(|_| busy()));
        outcomes.iter().map(|outcome| outcome.as_ref().unwrap().tried().len()).sum()
    };
    for _ in 0..30 {
        session.get(server.url("/get")).send().unwrap();
    }
    assert_eq!(tried_in_a_batch(), 1, "calls before it give it nothing");
    for _ in 0..5 {
        assert_eq!(busy().send().unwrap().tried().len(), 3);
    }
    assert_eq!(tried_in_a_batch(), 1, "retries before it take nothing");
}

#[test]
fn what_a_batch_has_earned_stays_when_a_limit_is_set_between_its_calls() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().retries(soon(3)).build().unwrap();
    let mut batch = session.batch().retry_budget(0.1);
    let run = |batch: &mut Batch| {
        let mut last = None;
        while batch.unfinished() > 0 {
            batch.turn(Wait::Forever).unwrap();
            while let Some((_, outcome)) = batch.take() {
                last = Some(outcome.unwrap());
            }
        }
        last.unwrap()
    };
    for _ in 0..10 {
        batch.submit(session.get(server.url("/get")));
    }
    run(&mut batch);
    let mut batch = batch.per_origin(4);
    batch.submit(session.get(server.url("/status/503")));
    assert_eq!(run(&mut batch).tried().len(), 1);
}

#[test]
fn each_retry_is_a_line_of_the_log_without_secrets() {
    let server = TestServer::start().unwrap();
    let memory = Arc::new(Memory::new());
    let session = Session::builder().sink(memory.clone()).build().unwrap();
    let response = session.get(server.url("/retry/log/1?token=5ecret")).retries(soon(4)).send().unwrap();
    assert!(response.ok());
    let refused = format!("http://127.0.0.1:{}/?token=5ecret", refused_port());
    assert!(session.get(refused).retries(soon(1)).send().is_err());
    let whys: Vec<String> = memory
        .events()
        .into_iter()
        .filter_map(|event| match event.what {
            What::Retried { why, .. } => Some(why.into()),
            _ => None,
        })
        .collect();
    assert_eq!(whys[0], "status 503, again in 1ms, retry 1 of 4");
    assert!(whys[1].ends_with(", again in 1ms, retry 1 of 1") && whys.len() == 2, "{whys:?}");
    let lines = memory.lines().join("\n");
    assert!(lines.contains("retry 1 of 4") && !lines.contains("5ecret"), "{lines}");
}

#[test]
fn retries_redirects_and_a_digest_go_together() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().auth(Digest::new("u", "p")).retries(soon(2)).build().unwrap();
    // A retry behind a redirect, which repeats what the redirect led to.
    let inner = server.url("/retry/together/1");
    let response = session.get(server.url("/redirect-to")).param("url", &*inner).send().unwrap();
    assert_eq!(statuses(&response), [302, 503, 200]);
    assert_eq!((response.tried().len(), response.url().to_string()), (1, inner));

    // A challenge, then a retry, then another challenge to what is tried again.
    let challenge = |nonce: &str| {
        format!(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\"\r\n\
             Content-Length: 0\r\n\r\n"
        )
        .into_bytes()
    };
    let to = b"HTTP/1.1 307 Elsewhere\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n".to_vec();
    let list = vec![challenge("1"), busy(503, "0"), challenge("2"), to, busy(503, "0"), OK.into()];
    let server = RawServer::answers(list).unwrap();
    let response = session.put(server.url("/first")).body("whole").send().unwrap();
    assert_eq!(statuses(&response), [401, 503, 401, 307, 503, 200]);
    assert_eq!(response.tried().len(), 2);
    let lines: Vec<String> = heads(&server).into_iter().map(|head| head[0].clone()).collect();
    assert_eq!(lines, [["PUT /first HTTP/1.1"; 4].to_vec(), ["PUT /next HTTP/1.1"; 2].to_vec()].concat());
    assert!(server.requests().iter().all(|request| request.ends_with(b"\r\n\r\nwhole")));
    let said: Vec<usize> = heads(&server).iter().map(|head| values(head, "authorization").len()).collect();
    assert_eq!(said, [0, 1, 1, 1, 1, 1]);
}

#[test]
fn a_call_that_waits_can_be_cancelled_at_once() {
    let server = TestServer::start().unwrap();
    let token = CancelToken::new();
    let memory = Arc::new(Memory::new());
    let session = Session::builder().retries(late(1)).sink(memory.clone()).build().unwrap();
    let mut batch = session.batch();
    batch.submit(session.get(server.url("/retry/cancelled/1")).cancel_token(&token));
    while !memory.events().iter().any(|event| matches!(event.what, What::Retried { .. })) {
        batch.turn(Wait::UpTo(Duration::from_millis(10))).unwrap();
    }
    assert_eq!((batch.unfinished(), server.requests()), (1, 1));
    token.cancel();
    let error = loop {
        batch.turn(Wait::Forever).unwrap();
        if let Some((_, outcome)) = batch.take() {
            break outcome.unwrap_err();
        }
    };
    assert_eq!((error.kind(), error.phase()), (ErrorKind::Cancelled, Some(Phase::Wait)));
    assert_eq!(texts(error.tried()), ["status 503, again after 3600s"]);
    assert_eq!(error.response().map(|response| response.status().as_u16()), Some(503));
    assert!(chain(&error).starts_with("cancelled: GET http://127.0.0.1"), "{error}");
}

#[test]
fn a_wait_that_would_outlast_the_call_is_not_begun() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().retries(late(1)).timeout(Duration::from_secs(1_800)).build().unwrap();
    let response = session.get(server.url("/retry/outlasted/1")).send().unwrap();
    assert_eq!((response.status().as_u16(), response.tried().len()), (503, 0));
    let refused = format!("http://127.0.0.1:{}/", refused_port());
    let error = session.get(refused).send().unwrap_err();
    assert_eq!((error.kind(), error.tried().len()), (ErrorKind::Connect, 0));
}

#[test]
fn the_deadline_of_a_batch_ends_a_wait() {
    let server = TestServer::start().unwrap();
    let session = Session::builder().retries(late(1)).build().unwrap();
    let outcomes = session.batch().deadline(Duration::from_millis(300)).map([session.get(server.url("/retry/late/1"))]);
    assert_eq!(outcomes[0].as_ref().unwrap_err().kind(), ErrorKind::Deadline);
}
