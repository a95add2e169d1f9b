//! The deflate coding: zlib, bare streams, and telling them apart.

#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use sortie_content::{Codings, Damage, Decoder, Error, Limits};
use sortie_http::Headers;

fn zlib(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn bare(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn decode(coded: &[u8]) -> Result<Vec<u8>, Error> {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "deflate").unwrap();
    Decoder::new().decode(&Codings::of(&headers), coded, &Limits::default())
}

fn prose(size: usize) -> Vec<u8> {
    (0u32..)
        .flat_map(|number| format!("line {number}: {}\n", number.wrapping_mul(2_654_435_761)).into_bytes())
        .take(size)
        .collect()
}

#[test]
fn zlib_and_bare_streams_of_every_level_and_size_are_read() {
    for level in 0..=9 {
        for size in [0, 1, 100, 20_000, 100_000] {
            let content = prose(size);
            for coded in [zlib(&content, level), bare(&content, level)] {
                let decoded = decode(&coded).unwrap();
                assert!(decoded == content, "level {level}, size {size}");
                assert_eq!(decoded.capacity(), decoded.len());
            }
        }
    }
}

#[test]
fn every_truncation_is_an_error_but_the_empty_one() {
    for coded in [zlib(&prose(500), 6), bare(&prose(500), 6)] {
        for size in 1..coded.len() {
            let error = decode(&coded[..size]).unwrap_err();
            assert!(matches!(error, Error::Damaged { damage: Damage::Truncated, .. }), "first {size} bytes: {error}");
        }
    }
    assert_eq!(decode(&[]).unwrap(), b"");
}

#[test]
fn a_wrong_checksum_of_zlib_is_damage() {
    let mut coded = zlib(b"content", 6);
    *coded.last_mut().unwrap() ^= 1;
    assert_eq!(decode(&coded).unwrap_err().to_string(), "damaged deflate content: the data are not valid");
}

#[test]
fn a_bare_stream_that_begins_as_zlib_does_is_read() {
    // A stored block of 0x9c bytes whose padding makes the first byte 0x78, and an empty last one.
    let coded = [&[0x78, 0x9c, 0x00, 0x63, 0xff][..], &[b'x'; 0x9c], &[0x01, 0x00, 0x00, 0xff, 0xff]].concat();
    assert_eq!(decode(&coded).unwrap(), [b'x'; 0x9c]);
}

#[test]
fn what_follows_zlib_is_ignored_and_what_follows_a_bare_stream_is_damage() {
    assert_eq!(decode(&[&zlib(b"content", 6)[..], b"\r\n"].concat()).unwrap(), b"content");
    assert_eq!(decode(&[&bare(b"content", 6)[..], b"\0\0"].concat()).unwrap(), b"content");
    let error = decode(&[&bare(b"content", 6)[..], b"\r\n"].concat()).unwrap_err();
    assert!(matches!(error, Error::Damaged { damage: Damage::Surplus, .. }), "{error}");
}

#[test]
fn text_that_was_never_deflated_is_damage() {
    for content in [&b"plain"[..], b"K", b"<!DOCTYPE html>", b"{\"a\": 1}", &[0xff; 100]] {
        assert!(matches!(decode(content), Err(Error::Damaged { .. })), "{content:?}");
    }
}
