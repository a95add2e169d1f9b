//! The zstd coding: Zstandard, whole.

#![cfg(feature = "zstd")]
#![allow(clippy::unwrap_used)]

use std::io::Write;

use sortie_content::{Coding, Codings, Damage, Decoder, Error, Limits, encode};
use sortie_http::Headers;
use zstd::Encoder;

/// With a checksum, and without the content's size.
fn stream(content: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn codings() -> Codings {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "zstd").unwrap();
    Codings::of(&headers)
}

fn decode(coded: &[u8]) -> Result<Vec<u8>, Error> {
    Decoder::new().decode(&codings(), coded, &Limits::default())
}

fn noise(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 & 15).collect()
}

#[test]
fn content_of_every_size_comes_back_without_spare_capacity() {
    let mut decoder = Decoder::new();
    for size in [0, 1, 100, 4096, 65_536, 1 << 20, (1 << 20) + 1, 3_000_000] {
        let content = noise(size);
        for coded in [zstd::bulk::compress(&content, 3).unwrap(), stream(&content, 20)] {
            let decoded = decoder.decode(&codings(), &coded, &Limits::default()).unwrap();
            assert!(decoded == content, "size {size}");
            assert_eq!(decoded.capacity(), decoded.len(), "size {size}");
        }
    }
}

#[test]
fn a_window_of_8_mib_is_read_and_a_larger_one_is_refused() {
    let content = noise(100_000);
    assert!(decode(&stream(&content, 23)).unwrap() == content);
    let error = decode(&stream(&content, 24)).unwrap_err();
    assert!(matches!(error, Error::Damaged { coding: Coding::Zstd, damage: Damage::Data { .. } }), "{error}");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("memory"));
}

#[test]
fn frames_follow_one_another_and_some_are_skipped() {
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let coded = [&skipped[..], &stream(b"one ", 20), &skipped, &stream(b"", 20), &stream(b"two", 20)].concat();
    assert_eq!(decode(&coded).unwrap(), b"one two");
    assert_eq!(decode(&skipped).unwrap(), b"");
}

#[test]
fn what_follows_and_is_no_frame_is_damage() {
    let coded = stream(b"content", 20);
    for tail in [&b"\r\n\r\n\r\n"[..], &[0; 9]] {
        let error = decode(&[&coded[..], tail].concat()).unwrap_err();
        assert!(matches!(error, Error::Damaged { damage: Damage::Data { .. }, .. }), "{error}");
    }
}

#[test]
fn no_changed_bit_changes_the_content() {
    let content = noise(500);
    let coded = stream(&content, 20);
    for at in 0..coded.len() * 8 {
        let mut changed = coded.clone();
        changed[at / 8] ^= 1 << (at % 8);
        // Some bits mean nothing to content, such as those of the window's size.
        if let Ok(decoded) = decode(&changed) {
            assert_eq!(decoded, content, "bit {at}");
        }
    }
}

#[test]
fn no_more_than_is_plausible_is_reserved_on_the_word_of_a_frame() {
    // Says that it has 2^62 bytes, and has one.
    let coded = [0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x58, 0, 0, 0, 0, 0, 0, 0, 0x40, 9, 0, 0, b'x'];
    assert!(matches!(decode(&coded), Err(Error::Damaged { coding: Coding::Zstd, .. })));
}

#[test]
fn a_decoder_works_on_after_an_error() {
    let content = noise(100_000);
    let coded = stream(&content, 20);
    let mut decoder = Decoder::new();
    for size in [coded.len() / 2, coded.len() - 1, 3] {
        assert!(decoder.decode(&codings(), &coded[..size], &Limits::default()).is_err());
        assert!(decoder.decode(&codings(), &coded, &Limits::default()).unwrap() == content);
    }
}

#[test]
fn the_hard_limit_is_met_to_the_byte() {
    for coded in [stream(&[b'x'; 5000], 20), encode(Coding::Zstd, &[b'x'; 5000]).unwrap()] {
        let with = |max| Decoder::new().decode(&codings(), &coded, &Limits { max: Some(max), ..Limits::default() });
        assert_eq!(with(5000).unwrap().len(), 5000);
        for max in [0, 1, 4096, 4999] {
            let error = with(max).unwrap_err();
            assert!(matches!(error, Error::TooLarge { limit } if limit == max), "{error}");
        }
    }
}
