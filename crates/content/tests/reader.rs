//! A reader over another: sizes of reads, errors of both, and what is left behind.

#![cfg(all(feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

mod coded;

use std::io::{self, ErrorKind, Read};

use coded::{WRITERS, br, codings, gzip, prose, zstd};
use sortie_content::{DecodeReader, Error, Limits};

fn reader<'a>(list: &str, coded: &'a [u8]) -> DecodeReader<&'a [u8]> {
    DecodeReader::new(coded, &codings(list), &Limits::default())
}

/// Fails once, in the middle.
struct Interrupted<'a> {
    pieces: Vec<io::Result<&'a [u8]>>,
}

impl Read for Interrupted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.pieces.is_empty() {
            return Ok(0);
        }
        let piece = self.pieces.remove(0)?;
        out[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

#[test]
fn reads_of_any_size_give_the_content() {
    let content = prose(40_000);
    for (name, write) in WRITERS {
        let coded = write(&content);
        for size in [1, 7, 4096, 100_000] {
            let mut reader = reader(name, &coded);
            let (mut read, mut place) = (Vec::new(), vec![0; size]);
            loop {
                let count = reader.read(&mut place).unwrap();
                if count == 0 {
                    break;
                }
                read.extend_from_slice(&place[..count]);
            }
            assert!(read == content, "{name}, {size} at once");
            assert_eq!(reader.read(&mut place).unwrap(), 0, "{name}");
        }
    }
}

#[test]
fn stacked_and_uncoded_content_is_read_alike() {
    let content = prose(40_000);
    let mut read = Vec::new();
    reader("br, zstd, gzip", &gzip(&zstd(&br(&content)))).read_to_end(&mut read).unwrap();
    assert!(read == content);
    read.clear();
    reader("identity", &content).read_to_end(&mut read).unwrap();
    assert!(read == content);
    read.clear();
    reader("gzip", b"").read_to_end(&mut read).unwrap();
    assert!(read.is_empty());
}

#[test]
fn a_read_of_nothing_reads_nothing() {
    let mut reader = reader("gzip", b"not gzip");
    assert_eq!(reader.read(&mut []).unwrap(), 0);
    assert_eq!(reader.inner().len(), 8);
    assert_eq!(reader.read(&mut [0]).unwrap_err().kind(), ErrorKind::InvalidData);
    assert!(reader.into_inner().is_empty());
}

#[test]
fn an_error_of_the_inner_reader_is_passed_on_and_reading_may_go_on() {
    let coded = gzip(b"content");
    let (first, second) = coded.split_at(10);
    let pieces = vec![Ok(first), Err(ErrorKind::WouldBlock.into()), Ok(second)];
    let mut reader = DecodeReader::new(Interrupted { pieces }, &codings("gzip"), &Limits::default());
    let mut place = [0; 100];
    assert_eq!(reader.read(&mut place).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(reader.read(&mut place).unwrap(), 7);
    assert_eq!(&place[..7], b"content");
    assert_eq!(reader.read(&mut place).unwrap(), 0);
}

#[test]
fn an_error_of_the_content_is_inside_and_stays() {
    let mut coded = gzip(b"content");
    let end = coded.len();
    coded[end - 8] ^= 1;
    let mut reader = reader("gzip", &coded);
    let mut place = [0; 100];
    assert_eq!(reader.read(&mut place).unwrap(), 7, "what came before the damage");
    let error = reader.read(&mut place).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let inside = error.get_ref().unwrap().downcast_ref().unwrap();
    assert!(matches!(inside, Error::Damaged { .. }), "{inside}");
    let again = reader.read(&mut place).unwrap_err();
    assert!(matches!(again.get_ref().unwrap().downcast_ref().unwrap(), Error::Lost));
}
