//! Multipart messages, to the byte, and as a parser that is not ours reads them.

#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::io::{self, ErrorKind, Read};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::stream;
use sortie_content::{Boundary, Error, Multipart, Part};
use sortie_http::Body;

fn boundary() -> Boundary {
    Boundary::new("b").unwrap()
}

fn write(form: Multipart) -> String {
    let mut written = String::new();
    form.into_reader().read_to_string(&mut written).unwrap();
    written
}

fn reader(content: &'static [u8], length: Option<u64>) -> Part {
    Part::reader("r", Box::new(content), length)
}

/// A part, as the parser sees it.
#[derive(Debug, Eq, PartialEq)]
struct Parsed {
    name: String,
    filename: Option<String>,
    media_type: Option<String>,
    content: Vec<u8>,
}

/// All parts, as `multer` reads them from pieces of `size`.
fn read_back(media_type: &str, written: &[u8], size: usize) -> Vec<Parsed> {
    let pieces: Vec<_> = written.chunks(size).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let boundary = multer::parse_boundary(media_type).unwrap();
    finish(async {
        let mut form = multer::Multipart::new(stream::iter(pieces), boundary);
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await.unwrap() {
            parts.push(Parsed {
                name: part.name().unwrap().to_owned(),
                filename: part.file_name().map(str::to_owned),
                media_type: part.content_type().map(ToString::to_string),
                content: part.bytes().await.unwrap().to_vec(),
            });
        }
        parts
    })
}

/// Runs what never waits for long.
fn finish<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("it waits");
}

#[test]
fn texts_stand_before_files_and_the_order_is_kept_else() {
    let form = Multipart::new(boundary())
        .part(Part::bytes("f", "1").filename("one"))
        .part(Part::text("t", "2"))
        .part(Part::bytes("f", "3").filename("two").content_type("text/plain").unwrap())
        .part(Part::text("t", "4"));
    assert_eq!(
        write(form),
        "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n2\r\n\
         --b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n4\r\n\
         --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"one\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n1\r\n\
         --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"two\"\r\n\
         Content-Type: text/plain\r\n\r\n3\r\n\
         --b--\r\n"
    );
}

#[test]
fn what_would_end_a_name_is_escaped_and_the_rest_is_utf_8() {
    let form = Multipart::new(boundary()).part(Part::text("a\"b", "").filename("é\"\r\n%22\\.txt"));
    assert!(write(form).contains("name=\"a%22b\"; filename=\"é%22%0D%0A%22\\.txt\"\r\n"));
}

#[test]
fn a_part_has_the_fields_that_were_added_and_no_others() {
    let part = Part::text("n", "v").content_type("text/html").unwrap().header("X-One", "1").unwrap();
    let form = Multipart::new(boundary()).part(part.header("x-one", "2").unwrap());
    assert!(write(form).contains("name=\"n\"\r\nContent-Type: text/html\r\nX-One: 1\r\nx-one: 2\r\n\r\nv\r\n"));
    for (name, value) in
        [("X", "a\r\nb"), ("X Y", "a"), ("", "a"), ("Content-Type", "a/b"), ("content-disposition", "x")]
    {
        assert!(matches!(Part::text("n", "v").header(name, value), Err(Error::PartField { .. })), "{name}: {value}");
    }
    assert!(matches!(Part::text("n", "v").content_type("a\nb"), Err(Error::PartField { source: Some(_) })));
}

#[test]
fn clones_of_a_part_share_what_can_be_read_once() {
    let part = reader(b"four", Some(4));
    let clone = part.clone();
    assert!(write(Multipart::new(boundary()).part(part)).contains("four"));
    let mut out = Vec::new();
    assert!(Multipart::new(boundary()).part(clone).into_reader().read_to_end(&mut out).is_err());
}

#[test]
fn the_length_is_known_where_every_parts_is() {
    let known = || {
        Multipart::new(boundary())
            .part(Part::text("é", "é"))
            .part(reader(b"four", Some(4)).filename("x"))
            .part(Part::bytes("", Bytes::new()))
    };
    assert_eq!(known().length(), Some(write(known()).len() as u64));
    let unknown = known().part(reader(b"some", None));
    assert_eq!(unknown.length(), None);
    assert!(write(unknown).contains("name=\"r\"\r\n\r\nsome\r\n--b"));
    assert_eq!(known().part(reader(b"", Some(u64::MAX))).length(), None, "past what 64 bits count");
}

#[test]
fn a_form_without_parts_is_its_end() {
    let form = Multipart::new(boundary());
    assert_eq!(form.length(), Some(7));
    assert_eq!(write(form), "--b--\r\n");
}

#[test]
fn what_can_be_opened_again_can_be_written_again() {
    let again = || Body::reopen(|| Ok(Box::new(&b"again"[..])), 5);
    let form = Multipart::new(boundary()).part(Part::text("a", "b")).part(Part::body("c", again()));
    assert!(form.is_replayable());
    let once = |form: &Multipart| {
        let mut written = String::new();
        form.reader().read_to_string(&mut written).unwrap();
        assert_eq!(form.length(), Some(written.len() as u64));
        written
    };
    assert_eq!(once(&form), once(&form));
    assert!(once(&form).contains("name=\"c\"\r\n\r\nagain\r\n"));

    let form = form.part(reader(b"", Some(0)));
    assert!(!form.is_replayable());
    let form = Multipart::new(boundary()).part(Part::body("c", Body::none())).part(reader(b"r", None));
    form.reader().read_to_end(&mut Vec::new()).unwrap();
    let error = form.reader().read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the part \"r\" could not be read");
}

#[test]
fn a_file_is_named_by_its_path_and_read_from_it() {
    let path = std::env::temp_dir().join(format!("sortie-part-{}.txt", std::process::id()));
    std::fs::write(&path, "content").unwrap();
    let form = Multipart::new(boundary())
        .part(Part::path("p", &path).unwrap())
        .part(Part::file("f", std::fs::File::open(&path).unwrap()).unwrap());
    assert!(form.is_replayable() && form.length().is_some());
    let written = write(form);
    std::fs::remove_file(&path).unwrap();
    let filename = path.file_name().unwrap().to_string_lossy();
    assert!(written.contains(&format!("name=\"p\"; filename=\"{filename}\"\r\n")));
    assert!(written.contains("name=\"f\"\r\n\r\ncontent\r\n"));
    assert!(Part::path("p", &path).is_err());
}

#[test]
fn a_reader_that_ends_early_is_an_error_and_stays_one() {
    let form = Multipart::new(boundary()).part(reader(b"four", Some(10)));
    let mut reader = form.into_reader();
    let mut written = Vec::new();
    for _ in 0..2 {
        let error = reader.read_to_end(&mut written).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(error.to_string(), "the part \"r\" ended 6 bytes too early");
    }
    assert!(written.ends_with(b"\r\n\r\nfour"));
}

#[test]
fn a_reader_that_goes_on_is_cut_at_its_length() {
    let form = Multipart::new(boundary()).part(reader(b"four and more", Some(4)));
    assert!(write(form).ends_with("\r\n\r\nfour\r\n--b--\r\n"));
}

#[test]
fn a_reader_that_fails_is_named_and_may_be_read_on() {
    struct Once(bool);
    impl Read for Once {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match std::mem::replace(&mut self.0, true) {
                false => Err(ErrorKind::PermissionDenied.into()),
                true => (&b"x"[..]).read(&mut out[..1]),
            }
        }
    }
    let form = Multipart::new(boundary()).part(Part::reader("r", Box::new(Once(false)), Some(2)));
    let mut reader = form.into_reader();
    let mut written = Vec::new();
    let error = reader.read_to_end(&mut written).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.to_string(), "the part \"r\" could not be read");
    let inside: &Error = error.get_ref().unwrap().downcast_ref().unwrap();
    assert!(std::error::Error::source(inside).is_some());
    reader.read_to_end(&mut written).unwrap();
    assert!(written.ends_with(b"\r\n\r\nxx\r\n--b--\r\n"));
}

#[test]
fn content_is_asked_for_only_as_it_is_wanted() {
    let form = Multipart::new(boundary()).part(Part::reader("r", Box::new(io::repeat(b'x')), Some(1 << 40)));
    let mut reader = form.into_reader();
    let mut place = [0; 100];
    for _ in 0..10 {
        assert!(reader.read(&mut place).unwrap() > 0);
    }
    assert_eq!(place, [b'x'; 100]);
}

#[test]
fn a_boundary_is_of_its_characters_and_quoted_where_it_must_be() {
    for text in ["", " ", "a b", "a\r\nb", "é", "a\"b", &"x".repeat(71)] {
        assert!(matches!(Boundary::new(text), Err(Error::Boundary)), "{text}");
    }
    let media_type = |text: &str| Multipart::new(Boundary::new(text).unwrap()).content_type();
    assert_eq!(media_type("a-b_c"), "multipart/form-data; boundary=a-b_c");
    assert_eq!(media_type("a:b"), "multipart/form-data; boundary=\"a:b\"");
    assert_eq!(media_type(&"x".repeat(70)).len(), 100);
    let seeded = Boundary::from_seed([0; 16]);
    assert_eq!(seeded.as_str(), "0".repeat(32));
    assert_ne!(Boundary::from_seed([1; 16]), seeded);
}

#[test]
fn another_parser_reads_what_was_written() {
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let tricky = b"\r\n--almost\r\n--c0ffee0\r\n--".to_vec();
    let form = || {
        Multipart::new(Boundary::from_seed([0xc0; 16]))
            .part(Part::bytes("file", binary.clone()).filename("é.bin"))
            .part(Part::text("name", "日本"))
            .part(Part::text("name", ""))
            .part(Part::bytes("raw", tricky.clone()))
            .part(
                Part::reader("r", Box::new(io::Cursor::new(binary.clone())), None)
                    .filename("f")
                    .content_type("a/b")
                    .unwrap(),
            )
    };
    let part = |name: &str, filename: Option<&str>, media_type: Option<&str>, content: &[u8]| Parsed {
        name: name.to_owned(),
        filename: filename.map(str::to_owned),
        media_type: media_type.map(str::to_owned),
        content: content.to_owned(),
    };
    let expected = [
        part("name", None, None, "日本".as_bytes()),
        part("name", None, None, b""),
        part("raw", None, None, &tricky),
        part("file", Some("é.bin"), Some("application/octet-stream"), &binary),
        part("r", Some("f"), Some("a/b"), &binary),
    ];
    let mut written = Vec::new();
    form().into_reader().read_to_end(&mut written).unwrap();
    for size in [1, 1000, written.len()] {
        assert!(read_back(&form().content_type(), &written, size) == expected, "pieces of {size}");
    }
}

#[test]
fn it_is_the_same_however_it_is_read() {
    let form = || Multipart::new(boundary()).part(Part::text("a", "b")).part(reader(b"content", None).filename("c"));
    let whole = write(form());
    for size in 1..whole.len() {
        let (mut reader, mut written, mut place) = (form().into_reader(), Vec::new(), vec![0; size]);
        loop {
            let count = reader.read(&mut place).unwrap();
            if count == 0 {
                break;
            }
            written.extend_from_slice(&place[..count]);
        }
        assert_eq!(String::from_utf8(written).unwrap(), whole, "{size} at once");
    }
}
