//! What a driver may hand in of a body, however wrong it is.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{BodyFault, Engine, Error, Limits, LinkId, Opened, Outcome, Output, Piece, Time, Write};
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::Policy;

/// An engine that has written the head of a request with this body.
fn sending(body: Body) -> (Engine, LinkId) {
    let mut policy = Policy::default();
    policy.counted = true;
    sending_by(policy, body)
}

fn sending_by(policy: Policy, body: Body) -> (Engine, LinkId) {
    let mut engine = Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH);
    let request = PreparedRequest::new(Method::POST, Url::parse("http://h/").unwrap(), Headers::new(), body);
    engine.submit(request, Arc::new(policy), 1, Time(0));
    let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
    engine.handle_opened(link, Opened::default(), Time(0));
    let mut out = Vec::new();
    assert_eq!(engine.handle_writable(link, &mut out, 1, Time(0)), Write::Feed);
    assert_eq!(out, b"POST / HTTP/1.1\r\n\r\n");
    (engine, link)
}

fn ended(engine: &mut Engine) -> Option<Outcome> {
    std::iter::from_fn(|| engine.poll()).find_map(|output| match output {
        Output::Done { outcome, .. } => Some(outcome),
        _ => None,
    })
}

fn fault(engine: &mut Engine) -> BodyFault {
    match ended(engine).unwrap().result.unwrap_err().error {
        Error::Body(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_of_known_length_are_given_back_to_be_sent_as_they_are() {
    let (mut engine, link) = sending(Body::reader(std::io::empty(), 5));
    let mut out = Vec::new();
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b"hel"), &mut out, Time(0)), (Write::Feed, &b"hel"[..]));
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b""), &mut out, Time(0)), (Write::Feed, &b""[..]));
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b"lo"), &mut out, Time(0)), (Write::Done, &b"lo"[..]));
    // It is whole: nothing more is taken.
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b"!"), &mut out, Time(0)), (Write::Done, &b""[..]));
    assert_eq!(engine.handle_fed(link, Piece::End, &mut out, Time(0)), (Write::Done, &b""[..]));
    assert!(out.is_empty() && ended(&mut engine).is_none());
}

#[test]
fn bytes_of_unknown_length_are_framed_and_no_bytes_are_not_the_end() {
    let (mut engine, link) = sending(Body::reader(std::io::empty(), None));
    let mut out = Vec::new();
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b""), &mut out, Time(0)), (Write::Feed, &b""[..]));
    assert!(out.is_empty());
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b"hello"), &mut out, Time(0)), (Write::Feed, &b""[..]));
    assert_eq!(engine.handle_fed(link, Piece::End, &mut out, Time(0)), (Write::Done, &b""[..]));
    assert_eq!(out, b"5\r\nhello\r\n0\r\n\r\n");
    let told: Vec<_> = std::iter::from_fn(|| engine.poll())
        .filter_map(|output| match output {
            Output::Uploaded { tag, sent, total } => Some((tag, sent, total)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(1, 5, None)]);
}

#[test]
fn too_much_and_too_little_are_errors_that_say_how_much() {
    let (mut engine, link) = sending(Body::reader(std::io::empty(), 5));
    let given = engine.handle_fed(link, Piece::Bytes(b"too much"), &mut Vec::new(), Time(0));
    assert_eq!(given, (Write::Done, &b""[..]));
    let long = fault(&mut engine);
    assert_eq!(long.to_string(), "the body of the request has more than its 5 bytes");

    let (mut engine, link) = sending(Body::reader(std::io::empty(), 5));
    engine.handle_fed(link, Piece::Bytes(b"few"), &mut Vec::new(), Time(0));
    engine.handle_fed(link, Piece::End, &mut Vec::new(), Time(0));
    assert_eq!(fault(&mut engine).to_string(), "the body of the request ended after 3 of 5 bytes");
    assert_eq!(engine.links(), 0);
}

#[test]
fn a_body_that_goes_on_behind_its_answer_does_not_hurry_who_reads_that() {
    let mut policy = Policy::default();
    (policy.stream, policy.timeouts.between_bytes) = (true, Some(Duration::from_secs(10)));
    let at = |seconds| Time(0).after(Duration::from_secs(seconds));
    let (mut engine, link) = sending_by(policy, Body::reader(std::io::empty(), None));
    let _ = engine.handle_received(link, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab", at(1));
    let call = std::iter::from_fn(|| engine.poll()).find_map(|output| match output {
        Output::Head { head, .. } => Some(head.call),
        _ => None,
    });
    assert_eq!(engine.handle_fed(link, Piece::Bytes(b"hello"), &mut Vec::new(), at(2)).0, Write::Feed);
    engine.handle_deadline(at(500));
    assert!(ended(&mut engine).is_none(), "nobody reads");
    engine.want(call.unwrap(), Vec::new(), at(500));
    let _ = engine.handle_fed(link, Piece::Bytes(b"hello"), &mut Vec::new(), at(505));
    engine.handle_deadline(at(514));
    assert!(ended(&mut engine).is_none(), "the body goes on");
    engine.handle_deadline(at(515));
    assert!(matches!(ended(&mut engine).unwrap().result.unwrap_err().error, Error::Timeout { .. }));
}
