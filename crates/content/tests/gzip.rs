//! The gzip coding: members, headers, damage.

#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::{Compression, Crc, GzBuilder};
use sortie_content::{Codings, Damage, Decoder, Error, Limits};
use sortie_http::Headers;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn decode(coded: &[u8]) -> Result<Vec<u8>, Error> {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "gzip").unwrap();
    Decoder::new().decode(&Codings::of(&headers), coded, &Limits::default())
}

fn damage(coded: &[u8]) -> Damage {
    match decode(coded) {
        Err(Error::Damaged { damage, .. }) => damage,
        other => panic!("not damaged: {other:?}"),
    }
}

/// Text that neither repeats at once nor is random.
fn prose(size: usize) -> Vec<u8> {
    (0u32..)
        .flat_map(|number| format!("line {number}: {}\n", number.wrapping_mul(2_654_435_761)).into_bytes())
        .take(size)
        .collect()
}

#[test]
fn content_of_every_size_comes_back_without_spare_capacity() {
    let mut decoder = Decoder::new();
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "gzip").unwrap();
    let codings = Codings::of(&headers);
    for size in [0, 1, 2, 100, 4095, 4096, 4097, 65_536, 1 << 20, (1 << 20) + 1, 3_000_000] {
        let content = prose(size);
        let decoded = decoder.decode(&codings, &gzip(&content), &Limits::default()).unwrap();
        assert!(decoded == content, "size {size}");
        assert_eq!(decoded.capacity(), decoded.len(), "size {size}");
    }
}

#[test]
fn every_truncation_is_an_error_but_the_empty_one() {
    let whole = GzBuilder::new().filename("name").comment("note").extra([1, 2, 3]);
    let mut encoder = whole.write(Vec::new(), Compression::default());
    encoder.write_all(&prose(500)).unwrap();
    let coded = encoder.finish().unwrap();
    assert_eq!(decode(&coded).unwrap(), prose(500));
    for size in 1..coded.len() {
        assert!(matches!(damage(&coded[..size]), Damage::Truncated), "first {size} bytes");
    }
    assert_eq!(decode(&[]).unwrap(), b"");
}

#[test]
fn no_changed_bit_changes_the_content() {
    let content = prose(300);
    let coded = gzip(&content);
    for at in 0..coded.len() * 8 {
        let mut changed = coded.clone();
        changed[at / 8] ^= 1 << (at % 8);
        // Some bits mean nothing to content: the time, the system, what pads the last byte of the stream.
        if let Ok(decoded) = decode(&changed) {
            assert_eq!(decoded, content, "bit {at}");
        }
    }
}

#[test]
fn members_follow_one_another() {
    let coded = [gzip(b"one "), gzip(b""), gzip(&prose(70_000)), gzip(b" three")].concat();
    assert_eq!(decode(&coded).unwrap(), [b"one ".to_vec(), prose(70_000), b" three".to_vec()].concat());
}

#[test]
fn a_second_member_that_is_cut_is_an_error() {
    let first = gzip(b"one");
    let coded = [first.clone(), gzip(b"two")].concat();
    for size in first.len() + 1..coded.len() {
        assert!(matches!(damage(&coded[..size]), Damage::Truncated), "first {size} bytes");
    }
}

#[test]
fn what_follows_and_is_no_member_is_ignored() {
    for tail in [&b"\0"[..], &[0; 512], b"\r\n", b"garbage", b"\x1f\x00"] {
        assert_eq!(decode(&[&gzip(b"content"), tail].concat()).unwrap(), b"content", "{tail:?}");
    }
}

#[test]
fn what_does_not_begin_as_gzip_is_damaged() {
    for coded in [&b"plain text"[..], b"\0", b"\x1f\x8c\x08\0\0\0\0\0\0\xff", b"\x1f\x8b\x07\0\0\0\0\0\0\xff"] {
        assert!(matches!(damage(coded), Damage::Header), "{coded:?}");
    }
}

#[test]
fn reserved_flags_are_refused() {
    for flag in [0x20, 0x40, 0x80] {
        let mut coded = gzip(b"content");
        coded[3] |= flag;
        assert!(matches!(damage(&coded), Damage::Header), "flag {flag:#x}");
    }
}

#[test]
fn the_header_checksum_is_checked() {
    let plain = gzip(b"content");
    let mut header = plain[..10].to_vec();
    header[3] = 1 << 1 | 1 << 3;
    header.extend_from_slice(b"a name\0");
    let mut crc = Crc::new();
    crc.update(&header);
    header.extend_from_slice(&(crc.sum() as u16).to_le_bytes());

    assert_eq!(decode(&[&header, &plain[10..]].concat()).unwrap(), b"content");
    header[10] = b'A';
    assert!(matches!(damage(&[&header, &plain[10..]].concat()), Damage::Checksum));
}

#[test]
fn checksum_and_length_must_hold() {
    let coded = gzip(b"content");
    let end = coded.len();
    let mut changed = coded.clone();
    changed[end - 8] ^= 1;
    assert!(matches!(damage(&changed), Damage::Checksum));
    let mut changed = coded;
    changed[end - 1] = 0xff;
    assert!(matches!(damage(&changed), Damage::Length));
}

#[test]
fn damage_names_the_coding_and_keeps_its_source() {
    let mut coded = gzip(&prose(1000));
    coded[10] = 0xff;
    let error = decode(&coded).unwrap_err();
    assert_eq!(error.to_string(), "damaged gzip content: the data are not valid");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_decoder_works_on_after_an_error() {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", "gzip").unwrap();
    let codings = Codings::of(&headers);
    let coded = gzip(&prose(100_000));
    let mut decoder = Decoder::new();
    for size in [coded.len() / 2, coded.len() - 1, 12] {
        assert!(decoder.decode(&codings, &coded[..size], &Limits::default()).is_err());
        assert!(decoder.decode(&codings, &coded, &Limits::default()).unwrap() == prose(100_000));
    }
}
