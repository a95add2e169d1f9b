//! Responses that are good, in every cut.

use crate::drive::{Client, Ending, read, read_with};
use sortie_h1::{Connection, Event, Framing, Head, Limits, Memo, Scratch};
use sortie_http::{Method, Reason, StatusCode, Version};

/// The final head, the content, and whether the connection can be reused.
fn answer(method: &Method, wire: &str) -> (Head, String, bool) {
    let (story, mut heads) = read(method, wire.as_bytes());
    let Ending::End { reusable } = story.ending else { panic!("{:?}", story.ending) };
    assert_eq!(story.used, wire.len());
    (heads.pop().unwrap(), String::from_utf8(story.content).unwrap(), reusable)
}

fn get(wire: &str) -> (Head, String, bool) {
    answer(&Method::GET, wire)
}

#[test]
fn content_of_a_length_ends_with_its_last_byte() {
    let wire = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Case: Kept \r\nx-empty:\r\n\r\nhello";
    let (head, content, reusable) = get(wire);
    assert_eq!((head.status, head.version, head.reason), (StatusCode::OK, Version::HTTP_11, None));
    assert_eq!((head.framing, content.as_str(), reusable), (Framing::Length(5), "hello", true));
    let fields: Vec<_> = head.headers.iter().collect();
    assert_eq!(fields, [("Content-Length", "5"), ("X-Case", "Kept"), ("x-empty", "")]);
    assert_eq!(head.headers.text(), &wire.as_bytes()[..wire.len() - 5]);
}

#[test]
fn chunks_are_joined_and_extensions_dropped() {
    let wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n\
                5\r\nhello\r\n0006;note=\"x\"\r\n world\r\nA \t\r\n0123456789\r\n1 ;a\r\n!\r\n00\r\nExpires: never\r\nX:\r\n\r\n";
    let (head, content, reusable) = get(wire);
    assert_eq!((head.framing, content.as_str(), reusable), (Framing::Chunked, "hello world0123456789!", true));
    assert_eq!(head.headers.len(), 1);
}

#[test]
fn trailers_are_told_once_and_those_that_frame_or_route_are_left_out() {
    let told = |trailers: &str| {
        let wire = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n{trailers}\r\n");
        let (story, _) = read_with(&Method::GET, wire.as_bytes(), Limits::default());
        assert_eq!((&story.content[..], story.ending), (&b"x"[..], Ending::End { reusable: true }), "{trailers:?}");
        story.trailers
    };
    let one = told("Expires: never\r\nX: \r\nset-cookie: a=1\r\nContent-Length: 7\r\n");
    assert!(
        one.len() == 1 && one[0].contains("Expires") && one[0].contains('X') && !one[0].contains("ookie"),
        "{one:?}"
    );
    assert_eq!(told("").len(), 0);
    assert_eq!(told("Transfer-Encoding: gzip\r\nHost: h\r\n").len(), 0);
}

#[test]
fn content_without_a_length_ends_with_the_connection() {
    let (head, content, reusable) = get("HTTP/1.1 200 OK\r\n\r\nall of it");
    assert_eq!((head.framing, content.as_str(), reusable), (Framing::Close, "all of it", false));
}

#[test]
fn head_and_1xx_and_204_and_304_have_no_content() {
    let (head, content, reusable) = answer(&Method::HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    assert_eq!((head.framing, content.as_str(), reusable), (Framing::None, "", true));
    for status in [204, 304] {
        let wire = format!("HTTP/1.1 {status} x\r\nTransfer-Encoding: chunked\r\n\r\n");
        let (head, content, reusable) = get(&wire);
        assert_eq!((head.framing, content.as_str(), reusable), (Framing::None, "", true));
    }
    let (head, _, reusable) = get("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!((head.framing, reusable), (Framing::Length(0), true));
}

#[test]
fn faulty_framing_does_not_spoil_a_response_without_content_but_its_connection() {
    let (head, _, reusable) = answer(&Method::HEAD, "HTTP/1.1 200 OK\r\nContent-Length: no\r\n\r\n");
    assert_eq!((head.framing, head.suspicious, reusable), (Framing::None, true, false));
}

#[test]
fn a_tunnel_has_no_content_and_is_not_reused() {
    let (head, _, reusable) = answer(&Method::CONNECT, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    assert_eq!((head.framing, reusable), (Framing::None, false));
    let (head, content, _) = answer(&Method::CONNECT, "HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nsorry");
    assert_eq!((head.framing, content.as_str()), (Framing::Length(5), "sorry"));
}

#[test]
fn informational_responses_come_before_the_final_one() {
    let wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 7\r\n\r\n\
                 HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let (story, heads) = read(&Method::GET, wire);
    assert_eq!(heads.iter().map(|head| head.status.as_u16()).collect::<Vec<_>>(), [100, 103, 200]);
    assert_eq!(heads[1].headers.get("link"), Some("</a>"));
    assert_eq!((story.content.as_slice(), story.ending), (&b"ok"[..], Ending::End { reusable: true }));
}

#[test]
fn a_connection_is_reused_unless_the_head_says_otherwise() {
    let reused = |head: &str| get(&format!("{head}\r\nContent-Length: 0\r\n\r\n")).2;
    assert!(reused("HTTP/1.1 200 OK\r\nConnection: keep-alive"));
    assert!(!reused("HTTP/1.1 200 OK\r\nConnection: foo\r\nconnection: bar, Close"));
    assert!(!reused("HTTP/1.0 200 OK"));
    assert!(!reused("HTTP/1.0 200 OK\r\nConnection: keep-alive"));
}

#[test]
fn a_coding_beside_a_length_wins_and_is_suspicious() {
    for length in ["5", "no", "5\r\nContent-Length: 6"] {
        let wire =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        let (head, content, reusable) = get(&wire);
        assert_eq!((head.framing, head.suspicious, reusable), (Framing::Chunked, true, false));
        assert_eq!(content, "");
    }
}

#[test]
fn a_coding_in_http_1_0_is_obeyed_and_the_connection_closed() {
    let (head, content, reusable) = get("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
    assert_eq!((head.version, head.suspicious, reusable), (Version::HTTP_10, true, false));
    assert_eq!(content, "a");
}

#[test]
fn a_reason_is_kept_only_where_it_is_not_the_registered_one() {
    let reason = |line: &str| {
        get(&format!("{line}\r\nContent-Length: 0\r\n\r\n")).0.reason.map(|reason| reason.as_str().to_owned())
    };
    assert_eq!(reason("HTTP/1.1 404 Not Found"), None);
    assert_eq!(reason("HTTP/1.1 404 Nothing Here").as_deref(), Some("Nothing Here"));
    assert_eq!(reason("HTTP/1.1 404 ").as_deref(), Some(""));
    assert_eq!(reason("HTTP/1.1 404").as_deref(), Some(""));
    assert_eq!(reason("HTTP/1.1 799"), None);
    assert_eq!(reason("HTTP/1.1  200   OK"), None);
    assert_eq!(reason("HTTP/1.1 200 d'accord, é").as_deref(), Some("d'accord, é"));
}

#[test]
fn folded_lines_are_joined() {
    let wire =
        "HTTP/1.1 200 OK\r\nX-Fold: one \r\n \t two\r\nContent-Length:\r\n 2\r\nConnection: foo,\r\n close\r\n\r\nok";
    let (head, content, reusable) = get(wire);
    assert_eq!(head.headers.get("x-fold"), Some("one two"));
    assert_eq!((head.framing, content.as_str(), reusable), (Framing::Length(2), "ok", false));
}

#[test]
fn bytes_that_are_not_utf8_are_read_as_latin_1() {
    let wire = b"HTTP/1.1 200 Tr\xE8s bien\r\nX-Name: Andr\xE9\r\nX-Both: \xC3\xA9\r\nContent-Length: 0\r\n\r\n";
    let (_, heads) = read(&Method::GET, wire);
    assert_eq!(heads[0].reason.as_deref().map(Reason::as_str), Some("Très bien"));
    assert_eq!(heads[0].headers.get("x-name"), Some("André"));
    assert_eq!(heads[0].headers.get("x-both"), Some("Ã©"));
    let (head, ..) = get("HTTP/1.1 200 OK\r\nX-Name: André\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(head.headers.get("x-name"), Some("André"));
}

#[test]
fn a_bare_line_feed_ends_a_line_of_the_head() {
    let (head, content, _) = get("HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nok");
    assert_eq!((head.headers.get("x-a"), content.as_str()), (Some("b"), "ok"));
}

#[test]
fn the_fields_that_matter_are_noted() {
    let wire = "HTTP/1.1 401 Unauthorized\r\nLOCATION: /\r\nset-cookie: a=1\r\nContent-Encoding: gzip\r\nRetry-After: 1\r\n\
                WWW-Authenticate: Basic\r\nKeep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n";
    let (head, ..) = get(wire);
    let has = head.has;
    assert!(has.location && has.set_cookie && has.content_encoding && has.retry_after && has.challenge);
    assert_eq!(head.keep_alive, Some(5));
    let (head, ..) =
        get("HTTP/1.1 200 OK\r\nLocatioN2: /\r\nLacation: /\r\nSet-Cookit: a\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(head.has, Default::default());
}

#[test]
fn many_fields_are_no_trouble() {
    for count in [63, 64, 65, 256, 257, 1000] {
        let mut wire = String::from("HTTP/1.1 204 No Content\r\n");
        (0..count).for_each(|number| wire.push_str(&format!("x-{number}: {number}\r\n")));
        wire.push_str("\r\n");
        let mut client = Client::new(Limits::default());
        client.exchange(&Method::GET, wire.as_bytes().chunks(7));
        assert_eq!(client.heads[0].headers.len(), count);
        let last = count - 1;
        assert_eq!(client.heads[0].headers.get(&format!("X-{last}")), Some(last.to_string().as_str()));
    }
}

#[test]
fn surplus_bytes_are_left_in_the_input() {
    for wire in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na|rest",
        "HTTP/1.1 204 No Content\r\n\r\n|HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n|0\r\n\r\n",
    ] {
        let (story, _) = read(&Method::GET, wire.as_bytes());
        assert_eq!(story.ending, Ending::End { reusable: true });
        assert_eq!(story.used, wire.find('|').unwrap());
    }
}

#[test]
fn the_same_head_again_shares_its_fields_and_means_the_same() {
    let wire = b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nKeep-Alive: timeout=9\r\nSet-Cookie: a=1\r\n\r\nok";
    let mut client = Client::new(Limits::default());
    let first = client.exchange(&Method::GET, [&wire[..]]);
    let kept = client.heads[0].clone();
    for size in [wire.len(), 1, 10] {
        let again = client.exchange(&Method::GET, wire.chunks(size));
        assert_eq!(again, first, "pieces of {size}");
        assert!(std::ptr::eq(client.heads[0].headers.text(), kept.headers.text()));
    }
    let other = client.exchange(&Method::GET, [&b"HTTP/1.1 200 Fine\r\nContent-Length: 3\r\n\r\nyes"[..]]);
    assert_eq!(other.content, b"yes");
}

#[test]
fn a_memo_knows_head_from_get() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let mut client = Client::new(Limits::default());
    for _ in 0..2 {
        let story = client.exchange(&Method::HEAD, [&head[..]]);
        assert_eq!((story.content.as_slice(), client.heads[0].framing), (&b""[..], Framing::None));
        assert_eq!(story.ending, Ending::End { reusable: true });
        let story = client.exchange(&Method::GET, [&whole[..]]);
        assert_eq!((story.content.as_slice(), client.heads[0].framing), (&b"ok"[..], Framing::Length(2)));
    }
}

#[test]
fn a_memo_does_not_forgive_a_fault_that_head_passed_over() {
    let wire = b"HTTP/1.1 200 OK\r\nContent-Length: no\r\n\r\n";
    let mut client = Client::new(Limits::default());
    assert_eq!(client.exchange(&Method::HEAD, [&wire[..]]).ending, Ending::End { reusable: false });
    client.connection = Connection::new();
    assert!(matches!(client.exchange(&Method::GET, [&wire[..]]).ending, Ending::Failed(_)));
}

#[test]
fn content_may_be_placed_past_the_connection() {
    let (mut memo, mut scratch, limits) = (Memo::new(), Scratch::new(), Limits::default());
    let mut begun = |length: u64| {
        let mut connection = Connection::new();
        connection.begin(&Method::GET, false);
        assert_eq!(connection.want(), None);
        let wire = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n12");
        let (used, _) = connection.receive(wire.as_bytes(), &mut memo, &limits, &mut scratch).unwrap();
        let (used, event) = connection.receive(&wire.as_bytes()[used..], &mut memo, &limits, &mut scratch).unwrap();
        assert!(used == 2 && matches!(event, Event::Content(b"12")));
        connection
    };
    let end = |connection: &mut Connection| {
        let (used, event) = connection.receive(b"", &mut Memo::new(), &Limits::default(), &mut Scratch::new()).unwrap();
        let Event::End { reusable } = event else { panic!("{event:?}") };
        assert_eq!((used, reusable), (0, connection.is_idle()));
        reusable
    };

    let mut exact = begun(100);
    assert_eq!(exact.want(), Some(98));
    assert!(!exact.placed(90));
    assert_eq!(exact.want(), Some(8));
    assert!(exact.placed(8));
    assert_eq!(exact.want(), None);
    assert!(!exact.placed(1), "ignored where nothing is wanted");
    assert!(end(&mut exact));

    let mut surplus = begun(5);
    assert!(surplus.placed(4));
    assert!(!end(&mut surplus), "a surplus byte spoils the connection");
}

#[test]
fn a_connection_is_small() {
    assert!(size_of::<Connection>() <= 96, "{}", size_of::<Connection>());
}
