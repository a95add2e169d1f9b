//! Content that comes piece by piece: cuts, back-pressure, stacked codings, limits, what errors leave behind.

#![cfg(all(feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

mod coded;

use coded::{WRITERS, bare, br, codings, decode_pieces, gzip, prose, zlib, zstd};
use sortie_content::{Coding, Damage, Error, Limits, Step, StreamDecoder};

fn limited(max: u64) -> Limits {
    Limits { max: Some(max), ..Limits::default() }
}

#[test]
fn content_is_the_same_however_it_is_cut_and_taken() {
    let content = prose(3000);
    for (name, write) in WRITERS {
        let coded = write(&content);
        for size in [1, 2, 3, 7, 100, coded.len()] {
            for most in [1, 2, 10, 1000, 3000, 1 << 20] {
                let decoded = decode_pieces(name, coded.chunks(size), &Limits::default(), most).unwrap();
                assert!(decoded == content, "{name} in pieces of {size}, {most} at once");
            }
        }
    }
}

#[test]
fn large_content_goes_through_in_small_steps() {
    let content = prose(1 << 20);
    for (name, write) in WRITERS {
        let coded = write(&content);
        let decoded = decode_pieces(name, coded.chunks(16_384), &Limits::default(), 50_000).unwrap();
        assert!(decoded == content, "{name}");
    }
}

#[test]
fn without_codings_pieces_go_through_as_they_are() {
    let pieces = || [&b"one"[..], b"", b"two"].into_iter();
    assert_eq!(decode_pieces("identity", pieces(), &Limits::default(), 2).unwrap(), b"onetwo");
    assert_eq!(decode_pieces("identity", pieces(), &limited(6), 100).unwrap(), b"onetwo");
    let error = decode_pieces("identity", pieces(), &limited(5), 100).unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 5 }), "{error}");
}

#[test]
fn stacked_codings_are_taken_off_in_any_cuts() {
    let content = prose(20_000);
    let coded = gzip(&zstd(&br(&zlib(&bare(&content)))));
    for (size, most) in [(1, 5), (10, 1 << 20), (coded.len(), 333)] {
        let decoded =
            decode_pieces("deflate, deflate, br, zstd, gzip", coded.chunks(size), &Limits::default(), most).unwrap();
        assert!(decoded == content, "pieces of {size}, {most} at once");
    }
}

#[test]
fn six_codings_are_an_error_at_the_first_byte() {
    let list = "gzip, gzip, gzip, gzip, gzip, gzip";
    assert_eq!(decode_pieces(list, [], &Limits::default(), 100).unwrap(), b"");
    let error = decode_pieces(list, [&b"\x1f"[..]], &Limits::default(), 100).unwrap_err();
    assert!(matches!(error, Error::TooMany { count: 6 }));
}

#[test]
fn no_content_is_whole_whatever_the_codings() {
    for list in ["identity", "gzip", "deflate", "br", "zstd", "gzip, br", "foo"] {
        assert_eq!(decode_pieces(list, [], &Limits::default(), 100).unwrap(), b"", "{list}");
        assert_eq!(decode_pieces(list, [&b""[..]], &Limits::default(), 100).unwrap(), b"", "{list}");
    }
    assert_eq!(decode_pieces("gzip, br", [&br(b"")[..]], &Limits::default(), 100).unwrap(), b"");
}

#[test]
fn a_call_without_room_takes_nothing() {
    let mut decoder = StreamDecoder::new(&codings("gzip"), &Limits::default());
    let mut out = Vec::new();
    assert_eq!(decoder.push(&gzip(b"content"), &mut out, 0).unwrap(), Step::Full { used: 0 });
    assert_eq!(decoder.push(&gzip(b"content"), &mut out, 7).unwrap(), Step::Full { used: 10 + 9 });
    assert_eq!(out, b"content");
}

#[test]
fn what_was_there_is_appended_to() {
    let mut decoder = StreamDecoder::new(&codings("br"), &Limits::default());
    let mut out = b"before ".to_vec();
    assert_eq!(decoder.push(&br(b"content"), &mut out, 100).unwrap(), Step::More);
    assert_eq!(decoder.finish(&mut out, 100).unwrap(), Step::End);
    assert_eq!(out, b"before content");
}

#[test]
fn what_can_be_given_is_given_at_once() {
    for (name, coding) in [("gzip", Coding::Gzip), ("zstd", Coding::Zstd)] {
        // A flush puts all that was written on the wire.
        let mut flushed = Vec::new();
        match coding {
            Coding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut flushed, flate2::Compression::default());
                std::io::Write::write_all(&mut encoder, b"first").unwrap();
                std::io::Write::flush(&mut encoder).unwrap();
                std::mem::forget(encoder);
            }
            _ => {
                let mut encoder = zstd::Encoder::new(&mut flushed, 3).unwrap();
                std::io::Write::write_all(&mut encoder, b"first").unwrap();
                std::io::Write::flush(&mut encoder).unwrap();
                std::mem::forget(encoder);
            }
        }
        let mut decoder = StreamDecoder::new(&codings(name), &Limits::default());
        let mut out = Vec::new();
        decoder.push(&flushed, &mut out, 100).unwrap();
        assert_eq!(out, b"first", "{name}");
        assert!(decoder.finish(&mut out, 100).is_err(), "{name}");
    }
}

#[test]
fn members_and_frames_follow_one_another_in_any_cuts() {
    for (name, write) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("zstd", zstd)] {
        let coded = [write(b"one "), write(b""), write(&prose(5000)), write(b" three")].concat();
        let expected = [b"one ".to_vec(), prose(5000), b" three".to_vec()].concat();
        for size in [1, 5, coded.len()] {
            let decoded = decode_pieces(name, coded.chunks(size), &Limits::default(), 1000).unwrap();
            assert!(decoded == expected, "{name} in pieces of {size}");
        }
    }
}

#[test]
fn what_follows_gzip_and_zlib_is_ignored_in_any_cuts() {
    for tail in [&b"\0"[..], b"\r\n", b"\x1f\0", b"garbage"] {
        for (name, coded) in [("gzip", gzip(b"content")), ("deflate", zlib(b"content"))] {
            let coded = [&coded, tail].concat();
            for size in [1, coded.len()] {
                let decoded = decode_pieces(name, coded.chunks(size), &Limits::default(), 100);
                assert_eq!(decoded.unwrap(), b"content", "{name} and {tail:?}");
            }
        }
    }
}

#[test]
fn behind_what_has_no_checksum_only_zeros_are() {
    for (name, coded) in [("deflate", bare(b"content")), ("br", br(b"content"))] {
        let zeros = [&coded[..], b"\0\0"].concat();
        let other = [&coded[..], b"\0\n"].concat();
        for size in [1, 100] {
            assert_eq!(decode_pieces(name, zeros.chunks(size), &Limits::default(), 100).unwrap(), b"content");
            let error = decode_pieces(name, other.chunks(size), &Limits::default(), 100).unwrap_err();
            assert!(matches!(error, Error::Damaged { damage: Damage::Surplus, .. }), "{name}: {error}");
        }
    }
}

#[test]
fn a_bare_stream_that_begins_as_zlib_does_is_read_in_any_cuts() {
    let coded = [&[0x78, 0x9c, 0x00, 0x63, 0xff][..], &[b'x'; 0x9c], &[0x01, 0x00, 0x00, 0xff, 0xff]].concat();
    for size in 1..=coded.len() {
        let decoded = decode_pieces("deflate", coded.chunks(size), &Limits::default(), 100).unwrap();
        assert_eq!(decoded, [b'x'; 0x9c], "pieces of {size}");
    }
}

#[test]
fn checksum_and_length_of_gzip_must_hold() {
    let coded = gzip(&prose(1000));
    for (at, name) in [(coded.len() - 8, "checksum"), (coded.len() - 1, "length")] {
        let mut changed = coded.clone();
        changed[at] ^= 1;
        let error = decode_pieces("gzip", changed.chunks(3), &Limits::default(), 100).unwrap_err();
        assert_eq!(error.to_string(), format!("damaged gzip content: the {name} is wrong"));
    }
}

#[test]
fn the_hard_limit_is_met_to_the_byte_and_what_came_before_is_given() {
    for (name, write) in WRITERS {
        let coded = write(&prose(5000));
        for most in [7, 1 << 20] {
            assert_eq!(decode_pieces(name, [&coded[..]], &limited(5000), most).unwrap().len(), 5000, "{name}");
            for max in [0, 1, 4096, 4999] {
                let error = decode_pieces(name, [&coded[..]], &limited(max), most).unwrap_err();
                assert!(matches!(error, Error::TooLarge { limit } if limit == max), "{name}: {error}");
            }
        }
    }
}

#[test]
fn the_ratio_is_that_of_what_has_come() {
    let coded = gzip(&vec![0; 4 << 20]);
    let limits = Limits { generous: 1 << 20, ..Limits::default() };
    let error = decode_pieces("gzip", coded.chunks(100), &limits, 4096).unwrap_err();
    assert!(matches!(error, Error::Bomb { coding: Coding::Gzip, limit, .. } if limit == 1 << 20), "{error}");
    let lenient = Limits { ratio: 2000, ..limits };
    assert_eq!(decode_pieces("gzip", [&coded[..]], &lenient, 4096).unwrap().len(), 4 << 20);
}

#[test]
fn what_came_before_damage_is_given_and_then_the_content_is_lost() {
    let mut coded = gzip(&prose(60_000));
    let end = coded.len();
    coded[end - 8] ^= 1;
    let mut decoder = StreamDecoder::new(&codings("gzip"), &Limits::default());
    let mut out = Vec::new();
    let error = decoder.push(&coded, &mut out, 1 << 20).unwrap_err();
    assert!(matches!(error, Error::Damaged { coding: Coding::Gzip, damage: Damage::Checksum }), "{error}");
    assert!(out == prose(60_000));
    assert!(matches!(decoder.push(b"", &mut out, 100), Err(Error::Lost)));
    assert!(matches!(decoder.finish(&mut out, 100), Err(Error::Lost)));
}

#[test]
fn an_error_names_the_coding_that_is_damaged() {
    let wrong = gzip(b"not Brotli at all");
    let error = decode_pieces("br, gzip", [&wrong[..]], &Limits::default(), 100).unwrap_err();
    assert!(matches!(error, Error::Damaged { coding: Coding::Br, .. }), "{error}");
    let cut = gzip(&zstd(b"content")[..10]);
    let error = decode_pieces("zstd, gzip", [&cut[..]], &Limits::default(), 100).unwrap_err();
    assert!(matches!(error, Error::Damaged { coding: Coding::Zstd, damage: Damage::Truncated }), "{error}");
}

#[test]
fn a_stream_decoder_may_move_to_another_thread_and_be_shared() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    is_send_and_sync(&StreamDecoder::new(&codings("br, zstd"), &Limits::default()));
}
