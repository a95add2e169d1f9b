//! Bodies that are streamed: rules 15 to 19.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/heads.rs"]
#[allow(dead_code)]
mod heads;
#[path = "support/temporary.rs"]
mod temporary;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use heads::{heads, values};
use serde_json::Value;
use sortie::{Body, BodyArgument, Multipart, Part, Request, Response, Session};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use temporary::Temporary;

const YES: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn json(response: &Response) -> Value {
    assert!(response.ok(), "{}", response.text());
    response.json().unwrap()
}

/// Bytes that are no text, and no two pieces of which are alike.
fn noise(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn crc(bytes: &[u8]) -> String {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    format!("{:08x}", !crc)
}

/// The content that a request brought, as the echo tells it.
fn sent(request: Request) -> Value {
    json(&request.send().unwrap())
}

#[test]
fn rule_17_a_file_is_sent_from_its_offset_with_its_length() {
    let server = TestServer::start().unwrap();
    let place = Temporary::new("offset", "0123456789");
    let mut file = File::open(place.path()).unwrap();
    file.seek(SeekFrom::Start(4)).unwrap();
    let echo = sent(sortie::post(server.url("/anything")).body(file));
    assert_eq!((&echo["data"], &echo["headers"]["Content-Length"]), (&"456789".into(), &"6".into()));
    assert_eq!(echo["headers"]["Content-Type"], Value::Null);
    let echo = sent(sortie::put(server.url("/anything")).file(place.path()));
    assert_eq!((&echo["data"], &echo["headers"]["Content-Length"]), (&"0123456789".into(), &"10".into()));
}

#[test]
fn rule_17_an_empty_file_is_a_length_of_0_and_an_unknown_length_is_chunked() {
    let (server, place) = (RawServer::answering(YES).unwrap(), Temporary::new("empty", ""));
    let session = Session::new();
    session.post(server.url("/")).body(File::open(place.path()).unwrap()).send().unwrap();
    session.post(server.url("/")).file(place.path()).send().unwrap();
    session.post(server.url("/")).body(BodyArgument::sized_reader(io::empty(), 0)).send().unwrap();
    session.post(server.url("/")).body(BodyArgument::reader(io::empty())).send().unwrap();
    session.get(server.url("/")).body(BodyArgument::reader(&b"in a GET"[..])).send().unwrap();
    let heads = heads(&server);
    for head in &heads[..3] {
        assert_eq!((values(head, "content-length"), values(head, "transfer-encoding")), (vec!["0"], vec![]));
    }
    for head in &heads[3..] {
        assert_eq!((values(head, "content-length"), values(head, "transfer-encoding")), (vec![], vec!["chunked"]));
    }
    assert!(server.requests()[3].ends_with(b"\r\n\r\n0\r\n\r\n"));
    assert!(server.requests()[4].ends_with(b"\r\n\r\n8\r\nin a GET\r\n0\r\n\r\n"));
    assert_eq!(server.connections(), 1, "each of them leaves the connection as good as it was");
}

#[test]
fn a_large_body_arrives_whole_from_wherever_it_comes() {
    let server = TestServer::start().unwrap();
    let content = noise(3 << 20);
    let sum = crc(&content);
    let place = Temporary::new("large", &content);
    let (mut sender, written) = BodyArgument::channel();
    let theirs = content.clone();
    let writer = thread::spawn(move || {
        let (first, rest) = theirs.split_at(1 << 20);
        sender.send(first.to_vec())?;
        rest.chunks(70_001).try_for_each(|piece| sender.write_all(piece))?;
        sender.finish()
    });
    let reader = |content: &[u8]| Cursor::new(content.to_vec());
    let bodies = [
        BodyArgument::file_path(place.path()),
        File::open(place.path()).unwrap().into(),
        BodyArgument::reader(reader(&content)),
        BodyArgument::sized_reader(reader(&content), content.len() as u64),
        written,
    ];
    let session = Session::new();
    let url = server.url("/sink?sum=crc32");
    for outcome in session.map(bodies.map(|body| session.post(&url).body(body))) {
        let told = json(&outcome.unwrap());
        assert_eq!((&told["length"], &told["crc32"]), (&content.len().into(), &sum.as_str().into()));
    }
    writer.join().unwrap().unwrap();
}

#[test]
fn rule_17_many_streamed_bodies_are_sent_at_once() {
    let server = TestServer::start().unwrap();
    let place = Temporary::new("many", noise(300_000));
    let session = Session::new();
    let requests = (0..60).map(|index| {
        let request = session.post(server.url("/sink"));
        match index % 3 {
            0 => request.file(place.path()),
            1 => request.body(BodyArgument::reader(io::repeat(b'x').take(300_000))),
            _ => request.body(BodyArgument::sized_reader(io::repeat(b'x').take(300_000), 300_000)),
        }
    });
    let outcomes = session.batch().concurrency(16).map(requests);
    assert!(outcomes.iter().all(|outcome| json(outcome.as_ref().unwrap())["length"] == 300_000));
    assert!(server.most_connections() <= 16);
}

/// Gives what is left only when it is told to go on.
struct Gate(mpsc::Receiver<()>, Cursor<Vec<u8>>);

impl Read for Gate {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.recv().map_err(io::Error::other)?;
        self.1.read(out)
    }
}

#[test]
fn a_reader_that_waits_stalls_nobody_else() {
    let (server, session) = (TestServer::start().unwrap(), Session::new());
    let (go, gate) = mpsc::channel();
    let mut batch = session.batch();
    let gate = Gate(gate, Cursor::new(b"at last".to_vec()));
    let slow = batch.submit(session.post(server.url("/anything")).body(BodyArgument::reader(gate)));
    let others: Vec<_> = (0..20).map(|_| batch.submit(session.get(server.url("/get")))).collect();
    let mut ended = Vec::new();
    while ended.len() < 20 {
        batch.turn(sortie::Wait::Forever).unwrap();
        ended.extend(std::iter::from_fn(|| batch.take()).map(|(call, outcome)| (call, outcome.unwrap().ok())));
    }
    ended.sort_unstable();
    assert_eq!(ended, others.into_iter().map(|call| (call, true)).collect::<Vec<_>>());
    // Once for its bytes, once for its end.
    go.send(()).unwrap();
    go.send(()).unwrap();
    while batch.unfinished() > 0 {
        batch.turn(sortie::Wait::Forever).unwrap();
        if let Some((call, outcome)) = batch.take() {
            assert_eq!((call, &json(&outcome.unwrap())["data"]), (slow, &"at last".into()));
        }
    }
}

#[test]
fn what_was_written_leaves_before_more_of_it_is_there() {
    let (mut sender, body) = BodyArgument::channel();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let server = RawServer::start(move |peer| {
        peer.read_head()?;
        for _ in 0..2 {
            let mut chunk = [0; 7];
            peer.read_exact(&mut chunk)?;
            tell.lock().unwrap().send(String::from_utf8_lossy(&chunk).into_owned()).map_err(io::Error::other)?;
        }
        let mut end = [0; 5];
        peer.read_exact(&mut end)?;
        peer.write(YES.as_bytes())?;
        peer.finish()
    });
    let (server, writer) = (
        server.unwrap(),
        thread::spawn(move || {
            for word in ["aa", "bb"] {
                sender.write_all(word.as_bytes())?;
                assert_eq!(told.recv().unwrap(), format!("2\r\n{word}\r\n"));
            }
            sender.finish()
        }),
    );
    assert!(sortie::post(server.url("/")).body(body).send().unwrap().ok());
    writer.join().unwrap().unwrap();
}

#[test]
fn rule_19_files_and_what_can_be_opened_again_follow_a_redirect() {
    let server = TestServer::start().unwrap();
    let place = Temporary::new("redirected", "of a file");
    let url = server.url("/redirect-to?status_code=307&url=/anything");
    let again = Body::reopen(|| Ok(Box::new(&b"opened again"[..])), None);
    assert_eq!(sent(sortie::post(&url).file(place.path()))["data"], "of a file");
    assert_eq!(sent(sortie::post(&url).body(File::open(place.path()).unwrap()))["data"], "of a file");
    assert_eq!(sent(sortie::put(&url).body(again.clone()))["data"], "opened again");
    // Where it becomes a GET, nothing of it is left.
    let echo = sent(sortie::post(server.url("/redirect-to?status_code=303&url=/anything")).body(again));
    assert_eq!((&echo["data"], &echo["method"]), (&"".into(), &"GET".into()));
    assert_eq!(echo["headers"].get("Transfer-Encoding"), None);
}

#[test]
fn rule_18_multipart_is_read_back_as_it_was_meant() {
    let server = TestServer::start().unwrap();
    let place = Temporary::new("part", "of a file");
    let url = server.url("/anything");
    let parts = || {
        vec![
            Part::path("file", place.path()).unwrap(),
            Part::text("text", "é & \"more\""),
            Part::file("open", File::open(place.path()).unwrap()).unwrap().filename("a\"b.txt"),
        ]
    };
    let check = |echo: &Value| {
        assert_eq!(echo["form"]["text"], "é & \"more\"");
        assert_eq!((&echo["files"]["file"], &echo["files"]["open"]), (&"of a file".into(), &"of a file".into()));
        let kind = echo["headers"]["Content-Type"].as_str().unwrap();
        assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    };
    let echo = sent(sortie::post(&url).multipart(parts()));
    check(&echo);
    assert!(echo["headers"]["Content-Length"].is_string() && echo["headers"].get("Transfer-Encoding").is_none());
    // All of its parts can be sent again, and so can it.
    check(&sent(sortie::post(server.url("/redirect-to?status_code=308&url=/anything")).multipart(parts())));

    let mut parts = parts();
    parts.push(Part::reader("reader", Box::new(Cursor::new("streamed")), None).filename("r"));
    let echo = sent(sortie::post(&url).multipart(parts));
    check(&echo);
    assert_eq!(echo["files"]["reader"], "streamed");
    assert_eq!(
        (&echo["headers"]["Transfer-Encoding"], echo["headers"].get("Content-Length")),
        (&"chunked".into(), None)
    );

    let own = Multipart::new(sortie::Boundary::new("own").unwrap()).part(Part::text("a", "b"));
    let echo = sent(sortie::post(&url).body(own));
    assert_eq!(echo["headers"]["Content-Type"], "multipart/form-data; boundary=own");
    assert_eq!(echo["form"]["a"], "b");
}

#[test]
fn rule_19_a_body_waits_for_the_servers_word() {
    let server = TestServer::start().unwrap();
    let body = || BodyArgument::reader(&b"wanted"[..]);
    for (mode, attempts) in [("1", 1), ("0", 2)] {
        // With 417 nothing was sent yet: even a reader is still whole.
        let url = server.url(&format!("/expect?continue={mode}"));
        let request = sortie::post(url).body(body()).expect_continue(std::time::Duration::from_secs(100));
        let before = server.requests();
        let echo = sent(request);
        assert_eq!(echo["data"], "wanted", "continue={mode}");
        assert_eq!(server.requests() - before, attempts);
        assert_eq!(echo["headers"].get("Expect").is_some(), mode == "1");
    }
    // A server that says nothing gets it all the same, when the time is up.
    let url = server.url("/expect?continue=never");
    assert_eq!(
        sent(sortie::post(&url).body("bytes").expect_continue(std::time::Duration::from_millis(20)))["data"],
        "bytes"
    );
    // Nothing is asked for where there is nothing to wait with.
    let raw = RawServer::answering(YES).unwrap();
    sortie::post(raw.url("/")).expect_continue(true).send().unwrap();
    sortie::post(raw.url("/")).body("x").expect_continue(false).send().unwrap();
    assert!(heads(&raw).iter().all(|head| values(head, "expect").is_empty()));
}

#[test]
fn rule_19_a_final_answer_leaves_the_body_unsent_and_closes() {
    let server = RawServer::start(|peer| {
        let Some(head) = peer.read_head()? else { return Ok(()) };
        let text = String::from_utf8_lossy(&head).into_owned();
        peer.write(if text.contains("Expect") {
            b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
        } else {
            YES.as_bytes()
        })?;
        let mut rest = Vec::new();
        peer.read_to_end(&mut rest)?;
        assert!(rest.is_empty(), "{rest:?}");
        Ok(())
    });
    let (server, session) = (server.unwrap(), Session::new());
    let request = session.post(server.url("/")).body("secret").expect_continue(true);
    assert_eq!(request.send().unwrap().text(), "no");
    assert!(session.get(server.url("/")).send().unwrap().ok());
    assert_eq!(server.connections(), 2);
}

#[test]
fn how_much_was_sent_is_told_and_a_closure_that_panics_harms_nobody() {
    let server = TestServer::start().unwrap();
    let place = Temporary::new("told", noise(1_000_000));
    let told = Arc::new(Mutex::new(Vec::<(u64, Option<u64>)>::new()));
    let tell = told.clone();
    let request =
        sortie::post(server.url("/sink")).on_upload(move |sent, total| tell.lock().unwrap().push((sent, total)));
    for (body, length) in [
        (BodyArgument::file_path(place.path()), Some(1_000_000)),
        (noise(1_000_000).into(), Some(1_000_000)),
        (BodyArgument::reader(io::repeat(1).take(1_000_000)), None),
    ] {
        assert_eq!(sent(request.clone().body(body))["length"], 1_000_000);
        let told = std::mem::take(&mut *told.lock().unwrap());
        assert!(told.is_sorted() && told.iter().all(|(_, total)| *total == length), "{told:?}");
        assert_eq!(told.last().unwrap().0, 1_000_000);
    }
    let response = sortie::post(server.url("/sink")).body("x").on_upload(|_, _| panic!("on purpose")).send().unwrap();
    assert_eq!(json(&response)["length"], 1);
}

#[test]
fn a_body_is_coded_by_the_name_of_a_coding() {
    let server = TestServer::start().unwrap();
    let content = vec![b'x'; 200_000];
    let again = Body::reopen(|| Ok(Box::new(io::repeat(b'x').take(200_000))), None);
    let session = Session::new();
    for name in ["gzip", "deflate", "zstd"] {
        let bodies: [BodyArgument; 3] =
            [content.clone().into(), BodyArgument::reader(Cursor::new(content.clone())), again.clone().into()];
        for (index, body) in bodies.into_iter().enumerate() {
            let path = if index == 2 { "/redirect-to?status_code=307&url=/anything" } else { "/anything" };
            let echo = sent(session.post(server.url(path)).body(body).compress(name));
            assert_eq!(echo["headers"]["Content-Encoding"], name);
            let is_chunked = echo["headers"].get("Transfer-Encoding").is_some();
            assert_eq!(is_chunked, index > 0, "{name}: its length is known where it is in memory");
        }
    }
    let raw = RawServer::answering(YES).unwrap();
    sortie::post(raw.url("/")).body(content.clone()).compress("gzip").send().unwrap();
    let request = &raw.requests()[0];
    let start = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let served = TestServer::start().unwrap();
    assert!(request.len() - start < 1_000 && request[start..].starts_with(b"\x1f\x8b"));
    // An empty body is left alone.
    let echo = sent(sortie::post(served.url("/anything")).body("").compress("gzip"));
    assert_eq!(echo["headers"].get("Content-Encoding"), None);
}

#[test]
fn a_hook_can_replace_a_streamed_body() {
    let server = TestServer::start().unwrap();
    let url = server.url("/anything");
    let replaced = |by: fn() -> Body| {
        let request = sortie::post(&url).body(BodyArgument::reader(&b"never sent"[..])).expect_continue(true);
        sent(request.on_pre_request(move |request: &sortie::PreparedRequest| {
            let mut request = request.clone();
            request.set_body(by());
            Some(request)
        }))
    };
    let echo = replaced(|| Body::bytes("bytes"));
    assert_eq!((&echo["data"], &echo["headers"]["Content-Length"]), (&"bytes".into(), &"5".into()));
    assert_eq!(echo["headers"].get("Transfer-Encoding"), None);
    let echo = replaced(|| Body::reader(&b"another"[..], 7));
    assert_eq!((&echo["data"], &echo["headers"]["Content-Length"]), (&"another".into(), &"7".into()));
    let echo = replaced(Body::none);
    assert_eq!((&echo["data"], &echo["headers"]["Content-Length"]), (&"".into(), &"0".into()));
    assert_eq!(echo["headers"].get("Expect"), None);
}

#[test]
#[cfg(any(feature = "tls", feature = "ring"))]
fn a_large_body_goes_through_tls() {
    let authority = sortie_testserver::Authority::new().unwrap();
    let identity = authority.certificate(&["127.0.0.1"]).unwrap();
    let server = TestServer::start_tls(sortie_testserver::TlsOptions::new(identity)).unwrap();
    let tls = sortie::Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
    let session = Session::builder().tls(tls).build().unwrap();
    let content = noise(1 << 20);
    let (sum, place) = (crc(&content), Temporary::new("tls", &content));
    let url = server.url("/sink?sum=crc32");
    for body in [BodyArgument::file_path(place.path()), BodyArgument::reader(Cursor::new(content.clone()))] {
        assert_eq!(sent(session.post(&url).body(body))["crc32"], sum);
    }
}
