//! The br coding: Brotli, whole.

#![cfg(feature = "br")]
#![allow(clippy::unwrap_used)]

use std::io::Write;

use sortie_content::{Coding, Codings, Damage, Decoder, Error, Limits};
use sortie_http::Headers;

fn br(content: &[u8], window_log: u32) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut coded, 4096, 5, window_log);
    encoder.write_all(content).unwrap();
    drop(encoder);
    coded
}

fn decode(coded: &[u8], max: Option<u64>) -> Result<Vec<u8>, Error> {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "BR").unwrap();
    Decoder::new().decode(&Codings::of(&headers), coded, &Limits { max, ..Limits::default() })
}

#[test]
fn content_of_every_size_comes_back_without_spare_capacity() {
    for size in [0, 1, 100, 4096, 65_536, 1 << 20, 3_000_000] {
        let content: Vec<u8> = (0..size).map(|at: usize| (at.wrapping_mul(2_654_435_761) >> 13) as u8 & 15).collect();
        let decoded = decode(&br(&content, 22), None).unwrap();
        assert!(decoded == content, "size {size}");
        assert_eq!(decoded.capacity(), decoded.len(), "size {size}");
    }
}

#[test]
fn the_largest_window_is_read_and_larger_ones_of_other_programs_are_refused() {
    assert_eq!(decode(&br(b"content", 24), None).unwrap(), b"content");
    // The mark of a large window, which RFC 7932 reserves, and a window of 2^30.
    let large = [0x11, 30, 0x0b, 0x03, 0x80, b'c', b'o', b'n', b't', b'e', b'n', b't', 0x03];
    let error = decode(&large, None).unwrap_err();
    assert!(matches!(error, Error::Damaged { coding: Coding::Br, damage: Damage::Data { .. } }), "{error}");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("WINDOW_BITS"));
}

#[test]
fn damage_names_the_coding_and_keeps_its_source() {
    let error = decode(&[0xff; 100], None).unwrap_err();
    assert_eq!(error.to_string(), "damaged br content: the data are not valid");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn behind_the_end_only_zeros_are() {
    let coded = br(b"content", 18);
    assert_eq!(decode(&[&coded[..], &[0; 9]].concat(), None).unwrap(), b"content");
    let error = decode(&[&coded[..], b"\r\n"].concat(), None).unwrap_err();
    assert!(matches!(error, Error::Damaged { damage: Damage::Surplus, .. }), "{error}");
}

#[test]
fn the_hard_limit_is_met_to_the_byte() {
    let coded = br(&[b'x'; 5000], 18);
    assert_eq!(decode(&coded, Some(5000)).unwrap().len(), 5000);
    for max in [0, 1, 4096, 4999] {
        let error = decode(&coded, Some(max)).unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit } if limit == max), "{error}");
    }
}
