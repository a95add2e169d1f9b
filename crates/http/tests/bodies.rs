//! Bodies: what can be sent, how often, and how long it is. Rules 17 and 19.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use sortie_http::{Body, Opened};

/// A file that is gone at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("sortie-bodies-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn read(body: &Body) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    body.open()?.read_to_end(&mut content)?;
    Ok(content)
}

#[test]
fn rule_17_a_file_is_read_from_its_offset_as_often_as_need_be() {
    let place = Temporary::new("offset", b"0123456789");
    let mut file = File::open(&place.0).unwrap();
    file.seek(SeekFrom::Start(4)).unwrap();
    let body = Body::file(file.try_clone().unwrap()).unwrap();
    assert_eq!((body.length(), body.is_replayable(), body.is_chunked()), (Some(6), true, false));
    // Whatever becomes of the offset that the handles share.
    file.seek(SeekFrom::Start(9)).unwrap();
    let mut first = body.open().unwrap();
    let mut start = [0; 2];
    first.read_exact(&mut start).unwrap();
    assert_eq!(read(&body).unwrap(), b"456789");
    assert_eq!(read(&body.clone()).unwrap(), b"456789");
    assert_eq!(start, *b"45");
    assert_eq!(file.stream_position().unwrap(), 9);
}

#[test]
fn rule_17_an_empty_file_is_a_body_of_length_0() {
    let place = Temporary::new("empty", b"");
    for body in [Body::file(File::open(&place.0).unwrap()).unwrap(), Body::path(&place.0).unwrap()] {
        assert_eq!((body.is_none(), body.length(), body.is_streamed()), (false, Some(0), false));
    }
}

#[test]
fn what_was_appended_is_left_out_and_what_was_cut_off_is_an_error() {
    let place = Temporary::new("grown", b"0123456789");
    let bodies = [Body::file(File::open(&place.0).unwrap()).unwrap(), Body::path(&place.0).unwrap()];
    let mut file = File::options().append(true).open(&place.0).unwrap();
    file.write_all(b"more").unwrap();
    for body in &bodies {
        assert_eq!(read(body).unwrap(), b"0123456789");
    }
    file.set_len(3).unwrap();
    for body in &bodies {
        let error = read(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(error.to_string(), "the file ends 7 bytes before the length that it had");
    }
    fs::remove_file(&place.0).unwrap();
    assert_eq!(read(&bodies[1]).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_path_without_a_file_is_an_error_at_once() {
    let folder = std::env::temp_dir();
    assert_eq!(Body::path(&folder).unwrap_err().kind(), ErrorKind::IsADirectory);
    assert_eq!(Body::file(File::open(&folder).unwrap()).unwrap_err().kind(), ErrorKind::IsADirectory);
    assert_eq!(Body::path(folder.join("sortie-is-not-here")).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_pipe_is_a_reader_of_no_known_length() {
    let (output, mut input) = io::pipe().unwrap();
    input.write_all(b"through").unwrap();
    drop(input);
    let body = Body::file(File::from(std::os::fd::OwnedFd::from(output))).unwrap();
    assert!(body.is_chunked() && !body.is_replayable() && !body.is_file());
    assert_eq!(read(&body).unwrap(), b"through");
}

#[test]
fn rule_19_a_reader_is_read_once_and_says_so() {
    let body = Body::reader(&b"once"[..], 4);
    let clone = body.clone();
    assert!(body.is_whole() && !body.is_replayable() && !body.is_chunked());
    assert_eq!(read(&clone).unwrap(), b"once");
    assert!(!body.is_whole());
    assert_eq!(read(&body).unwrap_err().to_string(), "it was read already, and can be read only once");
    let unread = Body::reader(io::empty(), None);
    unread.give_up();
    assert!(!unread.is_whole());
}

#[test]
fn a_reader_is_held_to_its_length_before_its_last_bytes_are_given() {
    for (content, length, said) in [
        (&b"four"[..], 6, "it ended after 4 of 6 bytes"),
        (b"four", 3, "it has more than its 3 bytes"),
        (b"", 1, "it ended after 0 of 1 bytes"),
    ] {
        for size in 1..=8 {
            let mut reader = Body::reader(content, length).open().unwrap();
            let (mut place, mut read) = (vec![0; size], 0);
            let error = loop {
                match reader.read(&mut place) {
                    Ok(count) => read += count as u64,
                    Err(error) => break error,
                }
            };
            assert!(read < length && error.to_string() == said, "{read} {error}");
            assert!(reader.read(&mut place).is_err(), "it stays one");
        }
    }
    assert_eq!(read(&Body::reader(&b"four"[..], 4)).unwrap(), b"four");
    assert_eq!(read(&Body::reader(&b"four"[..], 0)).unwrap(), b"", "nobody asks");
}

#[test]
fn rule_19_what_can_be_opened_again_is_replayable() {
    let body = Body::reopen(|| Ok(Box::new(&b"again"[..])), None);
    body.give_up();
    for _ in 0..2 {
        assert!(body.is_replayable() && body.is_whole());
        assert_eq!(read(&body).unwrap(), b"again");
    }
}

#[test]
fn streamed_bodies_are_equal_to_their_clones_alone() {
    let body = Body::reader(io::empty(), None);
    assert_eq!(body, body.clone());
    assert_ne!(body, Body::reader(io::empty(), None));
    assert_ne!(body, Body::none());
    assert_ne!(body, Body::bytes(""));
    assert_eq!(Body::bytes("same"), Body::bytes("same"));
}

#[test]
fn a_body_says_how_long_it_is_and_no_more() {
    let shown = |body: Body| format!("{body:?}");
    assert_eq!(shown(Body::none()), "Body(none)");
    assert_eq!(shown(Body::bytes("secret")), "Body(6 bytes)");
    assert_eq!(shown(Body::reader(&b"secret"[..], 6)), "Body(6 bytes)");
    assert_eq!(shown(Body::reader(&b"secret"[..], None)), "Body(of unknown length)");
    assert_eq!(format!("{:?}", Opened::Bytes("secret".into())), "Bytes(6 left)");
    assert_eq!(size_of::<Body>(), size_of::<usize>());
}
