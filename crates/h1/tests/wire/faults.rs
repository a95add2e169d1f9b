//! Responses that are broken, in every cut, and closing at every place.

use crate::drive::{Client, Ending, read, read_with};
use sortie_h1::{Connection, Error, Event, Limits, Memo, Scratch};
use sortie_http::Method;

fn fault_with(wire: &str, limits: Limits) -> Error {
    match read_with(&Method::GET, wire.as_bytes(), limits).0.ending {
        Ending::Failed(error) => error,
        other => panic!("{wire:?}: {other:?}"),
    }
}

fn fault(wire: &str) -> Error {
    fault_with(wire, Limits::default())
}

fn head_fault(fields: &str) -> Error {
    fault(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n"))
}

fn chunk_fault(body: &str) -> Error {
    fault(&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}"))
}

#[test]
fn a_line_that_is_no_field_is_refused() {
    for bad in [
        "X : space before the colon",
        "no colon",
        ": no name",
        "X: a\rbare CR",
        "X: nul\0",
        "X: bell\x07",
        "X\u{e9}: y",
        "X: y\r\r\nZ: y",
        "X(): y",
    ] {
        assert_eq!(head_fault(&format!("Good: yes\r\n{bad}")), Error::Field { line: 2 }, "{bad:?}");
    }
    assert_eq!(head_fault(" X: fold of nothing"), Error::Field { line: 1 });
    assert_eq!(head_fault("A: b\r\n c\r\nX : y"), Error::Field { line: 3 });
    let endless = format!("HTTP/1.1 200 OK\r\n{}: y\r\n\r\n", "x".repeat(70_000));
    let story = Client::new(Limits::default()).exchange(&Method::GET, endless.as_bytes().chunks(40_000));
    assert_eq!(story.ending, Ending::Failed(Error::Field { line: 1 }), "a name past 64 KiB");
}

#[test]
fn a_line_that_is_no_status_is_refused() {
    for bad in [
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1 099 x",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1200 OK",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 ",
    ] {
        assert_eq!(fault(&format!("{bad}\r\nContent-Length: 0\r\n\r\n")), Error::StatusLine, "{bad:?}");
    }
}

#[test]
fn what_is_no_response_is_refused_at_once() {
    let first = |wire: &[u8]| {
        let mut connection = Connection::new();
        connection.begin(&Method::GET, false);
        connection.receive(wire, &mut Memo::new(), &Limits::default(), &mut Scratch::new()).unwrap_err()
    };
    assert_eq!(first(b"S"), Error::Garbage);
    assert_eq!(first(b"\r\n"), Error::Garbage);
    assert_eq!(first(b"HTTP/2"), Error::Version);
    assert_eq!(fault("SSH-2.0-OpenSSH\r\n"), Error::Garbage);
    assert_eq!(fault("\r\nHTTP/1.1 200 OK\r\n\r\n"), Error::Garbage);
    assert_eq!(fault("HTTP/1.2 200 OK\r\n\r\n"), Error::Version);
    assert_eq!(fault("HTTP/2.0 200 OK\r\n\r\n"), Error::Version);
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    for bad in ["", "-1", "+1", "1 1", "0x1", "1.0", "1,", "18446744073709551616"] {
        assert_eq!(head_fault(&format!("Content-Length: {bad}")), Error::ContentLength { value: bad.into() });
    }
    let conflict = Error::ConflictingLengths { first: 5, other: 6 };
    assert_eq!(head_fault("Content-Length: 5\r\nContent-Length: 6"), conflict);
    assert_eq!(head_fault("Content-Length: 5, 6"), conflict);
}

#[test]
fn codings_that_cannot_be_undone_are_refused() {
    let coding = |value: &str| head_fault(&format!("Transfer-Encoding: {value}"));
    assert_eq!(coding("gzip, chunked"), Error::UnsupportedCoding { coding: "gzip".into() });
    assert_eq!(coding("gzip\r\nTransfer-Encoding: CHUNKED"), Error::UnsupportedCoding { coding: "gzip".into() });
    for bad in ["gzip", "chunked, gzip", "chunked, chunked", "chunked\r\nTransfer-Encoding: chunked", "", "identity"] {
        assert!(matches!(coding(bad), Error::TransferEncoding { .. }), "{bad:?}");
    }
    // A length beside it does not make it good.
    let fault = head_fault("Content-Length: 0\r\nTransfer-Encoding: gzip");
    assert_eq!(fault, Error::TransferEncoding { value: "gzip".into() });
}

#[test]
fn a_sign_is_not_a_size() {
    let nothing = Error::ChunkSize { received: 0 };
    for bad in
        ["+5\r\nhello", "-1\r\n", "0x5\r\nhello", "\r\n", " 5\r\nhello", "5 5\r\nhello", "g\r\n", ";a\r\n", "5\nhello"]
    {
        assert_eq!(chunk_fault(bad), nothing, "{bad:?}");
    }
    assert_eq!(chunk_fault("10000000000000000\r\n"), nothing, "past 64 bits");
    assert_eq!(chunk_fault("5\rhello"), nothing);
    assert_eq!(chunk_fault("5;a\nhello\r\n"), nothing, "a bare LF ends no size line");
    assert_eq!(chunk_fault("5;a\rb\r\n"), nothing);
    assert_eq!(chunk_fault("2\r\nab\r\nx"), Error::ChunkSize { received: 2 });
}

#[test]
fn a_chunk_ends_with_crlf() {
    let unended = Error::ChunkEnd { received: 5 };
    for bad in ["5\r\nhello!\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n"] {
        assert_eq!(chunk_fault(bad), unended, "{bad:?}");
    }
}

#[test]
fn a_trailer_is_a_field() {
    for bad in ["no colon", ": no name", "X : y", "X: a\rb", "X: \0", " X: y", "X: y\nZ: y"] {
        assert_eq!(chunk_fault(&format!("0\r\nGood: yes\r\n{bad}\r\n\r\n")), Error::Trailer { line: 2 }, "{bad:?}");
    }
    assert_eq!(chunk_fault("0\r\n\n"), Error::Trailer { line: 1 });
    assert_eq!(chunk_fault("0\r\n\rX"), Error::Trailer { line: 1 });
}

#[test]
fn limits_hold_to_the_byte() {
    let wire = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nTransfer-Encoding: chunked\r\n\r\n\
                1;abcdefgh\r\nx\r\n1 \t \t ;fgh\r\ny\r\n0\r\nE: f\r\nG: h\r\nI: j\r\n\r\n";
    let head = wire.find("\r\n\r\n").unwrap() + 4;
    let fits = Limits { head, fields: 3, informational: 0, chunk_extension: 9 };
    let (story, _) = read_with(&Method::GET, wire.as_bytes(), fits);
    assert_eq!((story.content.as_slice(), story.ending), (&b"xy"[..], Ending::End { reusable: true }));

    assert_eq!(fault_with(wire, Limits { head: head - 1, ..fits }), Error::HeadTooLarge { limit: head - 1 });
    assert_eq!(fault_with(wire, Limits { fields: 2, ..fits }), Error::TooManyFields { limit: 2 });
    assert_eq!(fault_with(wire, Limits { chunk_extension: 8, ..fits }), Error::ChunkExtension { limit: 8 });

    let long = wire.replace("I: j\r\n", &format!("I: {}\r\n", "j".repeat(head)));
    assert_eq!(fault_with(&long, fits), Error::TrailersTooLarge { limit: head });
    let many = wire.replace("I: j\r\n", "I: j\r\nK: l\r\n");
    assert_eq!(fault_with(&many, fits), Error::TooManyFields { limit: 3 });
    let blanks = wire.replace("1 \t \t ;fgh", "1          ");
    assert_eq!(fault_with(&blanks, fits), Error::ChunkExtension { limit: 9 });
}

#[test]
fn a_head_without_end_is_refused_at_the_limit() {
    let limits = Limits { head: 1000, ..Limits::default() };
    let mut wire = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    wire.resize(5000, b'x');
    for size in [1, 7, 999, 1000, 1001, 5000] {
        let mut client = Client::new(limits);
        let story = client.exchange(&Method::GET, wire.chunks(size));
        assert_eq!(story.ending, Ending::Failed(Error::HeadTooLarge { limit: 1000 }), "pieces of {size}");
        assert!(story.used <= 1000);
    }
}

#[test]
fn more_fields_than_the_default_limit_are_refused() {
    let mut wire = String::from("HTTP/1.1 200 OK\r\n");
    (0..1025).for_each(|_| wire.push_str("a:\r\n"));
    wire.push_str("\r\n");
    let story = Client::new(Limits::default()).exchange(&Method::GET, [wire.as_bytes()]);
    assert_eq!(story.ending, Ending::Failed(Error::TooManyFields { limit: 1024 }));
}

#[test]
fn informational_responses_are_counted() {
    let limits = Limits { informational: 2, ..Limits::default() };
    let two = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(2);
    assert_eq!(fault_with(&two, limits), Error::ClosedBeforeHead { received: two.len() as u64 });
    let three = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(3);
    assert_eq!(fault_with(&three, limits), Error::TooManyInformational { limit: 2 });
}

#[test]
fn a_switch_of_protocols_was_not_asked_for() {
    let wire = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nbytes";
    assert_eq!(fault(wire), Error::SwitchedUnasked);
}

#[test]
fn closing_early_says_what_came_and_what_was_missing() {
    let wire = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    let head = wire.len() - 10;
    for cut in 0..wire.len() {
        let expected = match cut.checked_sub(head) {
            None => Error::ClosedBeforeHead { received: cut as u64 },
            Some(received) => Error::Truncated { received: received as u64, missing: Some(10 - received as u64) },
        };
        assert_eq!(fault(&wire[..cut]), expected, "cut at {cut}");
    }
}

#[test]
fn closing_before_the_last_chunk_is_truncation() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let body = "5\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n";
    for cut in 0..body.len() {
        let received = [3, 4, 5, 6, 7, 13].iter().filter(|last| cut > **last).count() as u64;
        let expected = Error::Truncated { received, missing: None };
        assert_eq!(fault(&format!("{head}{}", &body[..cut])), expected, "cut at {cut}");
    }
}

#[test]
fn closing_changes_nothing_where_no_exchange_is_open() {
    let mut connection = Connection::new();
    assert!(matches!(connection.closed(), Ok(Event::More)));
    assert!(!connection.is_idle());
    connection.begin(&Method::GET, false);
    assert!(matches!(connection.closed(), Ok(Event::More)), "a closed connection begins nothing");
}

#[test]
fn bytes_that_no_request_asked_for_are_refused() {
    let (mut memo, mut scratch, limits) = (Memo::new(), Scratch::new(), Limits::default());
    let mut connection = Connection::new();
    assert!(matches!(connection.receive(b"", &mut memo, &limits, &mut scratch), Ok((0, Event::More))));
    let error = connection.receive(b"HTTP/1.1 408", &mut memo, &limits, &mut scratch).unwrap_err();
    assert_eq!(error, Error::Unasked);
    assert!(matches!(connection.receive(b" late", &mut memo, &limits, &mut scratch), Ok((5, Event::More))));
    assert!(!connection.is_idle());
}

#[test]
fn a_second_request_does_not_disturb_the_first() {
    let mut client = Client::new(Limits::default());
    client.connection.begin(&Method::HEAD, false);
    let story = client.exchange(&Method::GET, [&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"[..]]);
    assert_eq!(story.ending, Ending::End { reusable: true }, "the answer to HEAD");
}

#[test]
fn an_error_is_a_clause_and_keeps_its_source() {
    let error = Error::Truncated { received: 7, missing: Some(3) };
    assert_eq!(error.to_string(), "the content ended after 7 bytes, 3 are missing");
    let error = read(&Method::GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").0.ending;
    let Ending::Failed(error) = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "unsupported transfer coding \"gzip\"");
    let error = Error::Headers { source: sortie_http::Error::TooLarge };
    assert!(std::error::Error::source(&error).is_some());
}
