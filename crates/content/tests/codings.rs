//! Which codings are taken off, in which order, and within which limits.

#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use sortie_content::{ACCEPT_ENCODING, Coding, Codings, Decoder, Error, Limits};
use sortie_http::Headers;

const NO_LIMIT: u64 = u64::MAX;

fn codings(fields: &[&str]) -> Codings {
    let mut headers = Headers::new();
    for field in fields {
        headers.append("Content-Encoding", field).unwrap();
    }
    Codings::of(&headers)
}

fn named(fields: &[&str]) -> Vec<Coding> {
    codings(fields).iter().collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn names_are_known_in_any_case_and_x_gzip_is_gzip() {
    assert_eq!(named(&["gzip"]), [Coding::Gzip]);
    assert_eq!(named(&["GZip"]), [Coding::Gzip]);
    assert_eq!(named(&["X-GZIP"]), [Coding::Gzip]);
    assert_eq!(named(&["Deflate"]), [Coding::Deflate]);
    assert!(named(&[]).is_empty());
}

#[test]
fn what_is_accepted_is_what_can_be_taken_off() {
    for name in ACCEPT_ENCODING.split(", ") {
        assert_eq!(codings(&[name]).len(), 1, "{name}");
    }
}

#[test]
fn the_innermost_coding_comes_last_and_fields_are_one_list() {
    assert_eq!(named(&["deflate, gzip"]), [Coding::Gzip, Coding::Deflate]);
    assert_eq!(named(&["deflate", "gzip"]), [Coding::Gzip, Coding::Deflate]);
    assert_eq!(named(&[",deflate ,\t, gzip,"]), [Coding::Gzip, Coding::Deflate]);
}

#[test]
fn identity_is_passed_over() {
    assert!(codings(&["identity"]).is_empty());
    assert_eq!(named(&["identity, gzip, Identity"]), [Coding::Gzip]);
}

#[test]
fn an_unknown_coding_ends_the_decoding() {
    assert_eq!(named(&["foo, gzip"]), [Coding::Gzip]);
    assert!(codings(&["gzip, foo"]).is_empty());
    assert_eq!(named(&["gzip, foo, deflate"]), [Coding::Deflate]);
    assert_eq!(codings(&["gzip, gzip, foo"]), Codings::none());
    let foo = b"as foo left it";
    let decoded = Decoder::new().decode(&codings(&["foo, gzip"]), &gzip(foo), &Limits::default());
    assert_eq!(decoded.unwrap(), foo);
}

#[test]
fn without_codings_content_is_as_it_was_sent() {
    let mut decoder = Decoder::new();
    assert_eq!(decoder.decode(&Codings::none(), b"content", &Limits::default()).unwrap(), b"content");
    let limits = Limits { max: Some(6), ..Limits::default() };
    assert!(matches!(decoder.decode(&Codings::none(), b"content", &limits), Err(Error::TooLarge { limit: 6 })));
}

#[test]
fn stacked_codings_are_taken_off_from_the_outside() {
    let mut decoder = Decoder::new();
    let coded = gzip(&zlib(b"content"));
    assert_eq!(decoder.decode(&codings(&["deflate, gzip"]), &coded, &Limits::default()).unwrap(), b"content");
    let wrong = decoder.decode(&codings(&["gzip, deflate"]), &coded, &Limits::default()).unwrap_err();
    assert!(matches!(wrong, Error::Damaged { coding: Coding::Deflate, .. }), "{wrong}");
}

#[test]
fn five_codings_are_taken_off_and_six_are_an_error() {
    let mut decoder = Decoder::new();
    let five = (0..5).fold(b"content".to_vec(), |content, _| gzip(&content));
    let decoded = decoder.decode(&codings(&["gzip, gzip, gzip, gzip", "gzip"]), &five, &Limits::default());
    assert_eq!(decoded.unwrap(), b"content");
    let six = codings(&["gzip, gzip, gzip, gzip, gzip, gzip"]);
    let error = decoder.decode(&six, &gzip(&five), &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::TooMany { count: 6 }));
    assert_eq!(error.to_string(), "6 content codings are stacked, at most 5 may be");
}

#[test]
fn no_content_is_no_damage_whatever_the_codings() {
    for list in ["gzip", "deflate", "gzip, deflate", "gzip, gzip, gzip, gzip, gzip, gzip"] {
        assert_eq!(Decoder::new().decode(&codings(&[list]), b"", &Limits::default()).unwrap(), b"", "{list}");
    }
}

#[test]
fn a_coding_of_nothing_inside_another_is_no_damage() {
    assert_eq!(Decoder::new().decode(&codings(&["gzip, deflate"]), &zlib(b""), &Limits::default()).unwrap(), b"");
}

#[test]
fn a_bomb_is_refused_and_what_is_in_proportion_is_not() {
    let coded = gzip(&vec![0; 8 << 20]); // about 1000 times smaller
    let mut decoder = Decoder::new();
    let limits = Limits { generous: 1 << 20, ..Limits::default() };
    let error = decoder.decode(&codings(&["gzip"]), &coded, &limits).unwrap_err();
    let expected = coded.len() as u64 * 200;
    assert!(matches!(error, Error::Bomb { coding: Coding::Gzip, limit, .. } if limit == expected), "{error}");
    for limits in [
        Limits { generous: 8 << 20, ..Limits::default() },
        Limits { generous: 1 << 20, ratio: 2000, max: None },
        Limits { generous: NO_LIMIT, ratio: NO_LIMIT, max: Some(8 << 20) },
    ] {
        assert_eq!(decoder.decode(&codings(&["gzip"]), &coded, &limits).unwrap().len(), 8 << 20, "{limits:?}");
    }
}

#[test]
fn a_bomb_of_stacked_codings_is_measured_by_what_was_received() {
    let coded = gzip(&gzip(&vec![0; 8 << 20])); // some 100 bytes, then 8 KiB, then 8 MiB
    let limits = Limits { generous: 10_000, ..Limits::default() };
    let error = Decoder::new().decode(&codings(&["gzip, gzip"]), &coded, &limits).unwrap_err();
    let expected = coded.len() as u64;
    assert!(matches!(error, Error::Bomb { coded, .. } if coded == expected), "{error}");
}

#[test]
fn the_hard_limit_is_met_to_the_byte() {
    let mut decoder = Decoder::new();
    for coding in ["gzip", "deflate"] {
        let coded = if coding == "gzip" { gzip(&[b'x'; 5000]) } else { zlib(&[b'x'; 5000]) };
        let mut with =
            |max| decoder.decode(&codings(&[coding]), &coded, &Limits { max: Some(max), ..Limits::default() });
        assert_eq!(with(5000).unwrap().len(), 5000);
        for max in [0, 1, 4096, 4999] {
            let error = with(max).unwrap_err();
            assert!(matches!(error, Error::TooLarge { limit } if limit == max), "{coding}: {error}");
        }
    }
}

#[test]
fn the_hard_limit_holds_for_what_each_coding_gives() {
    let inner = gzip(&(0..=255).collect::<Vec<u8>>()); // larger than its content
    let limits = Limits { max: Some(256), ..Limits::default() };
    let error = Decoder::new().decode(&codings(&["gzip, gzip"]), &gzip(&inner), &limits).unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 256 }), "{error}");
}

#[test]
fn a_decoder_may_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Decoder::new());
}
