//! Content that is cut short, at every byte of every coding: an error, and never a hang.

#![cfg(all(feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

mod coded;

use std::io::Read;

use coded::{WRITERS, br, codings, decode_pieces, gzip, prose, zlib, zstd};
use sortie_content::{Codings, Damage, DecodeReader, Decoder, Error, Limits};

fn is_cut(error: &Error) -> bool {
    matches!(error, Error::Damaged { damage: Damage::Truncated, .. })
}

#[test]
fn every_truncation_of_every_coding_is_an_error_but_the_empty_one() {
    for (name, write) in WRITERS {
        for content in [prose(600), vec![0; 600], Vec::new(), b"x".to_vec()] {
            let coded = write(&content);
            for size in 1..coded.len() {
                let cut = &coded[..size];
                let error = Decoder::new().decode(&codings(name), cut, &Limits::default()).unwrap_err();
                assert!(is_cut(&error), "{name}, first {size} bytes: {error}");
                for (pieces, most) in [(1, 1), (size, 1 << 20)] {
                    let error = decode_pieces(name, cut.chunks(pieces), &Limits::default(), most).unwrap_err();
                    assert!(is_cut(&error), "{name}, first {size} bytes in pieces of {pieces}: {error}");
                }
            }
        }
    }
}

#[test]
fn every_truncation_of_stacked_codings_is_an_error() {
    let coded = br(&zstd(&gzip(&zlib(&prose(300)))));
    let list = "deflate, gzip, zstd, br";
    for size in 1..coded.len() {
        let error = decode_pieces(list, [&coded[..size]], &Limits::default(), 100).unwrap_err();
        assert!(is_cut(&error), "first {size} bytes: {error}");
    }
}

#[test]
fn a_reader_gives_the_rest_and_then_says_that_content_is_cut() {
    for (name, write) in WRITERS {
        let content = prose(50_000);
        let coded = write(&content);
        let codings: Codings = codings(name);
        let mut reader = DecodeReader::new(&coded[..coded.len() - 1], &codings, &Limits::default());
        let mut read = Vec::new();
        let error = reader.read_to_end(&mut read).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof, "{name}");
        assert!(content.starts_with(&read) && read.len() > 40_000, "{name}: {} bytes", read.len());
        assert!(reader.read(&mut [0; 10]).is_err(), "{name}");
    }
}
