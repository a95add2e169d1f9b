//! Any content in any coding, cut anywhere; and any damage.

#![cfg(all(feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

mod coded;

use std::io::Read;

use coded::{WRITERS, br_with, codings, decode_pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use sortie_content::{DecodeReader, Decoder, Error, Limits};

/// Bytes that compress: runs, and repetitions of what came before.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let run = (any::<u8>(), 1_usize..300).prop_map(|(byte, count)| vec![byte; count]);
    let noise = vec(any::<u8>(), 0..300);
    let word = prop::sample::select(vec!["alpha ", "beta ", "gamma\n"]);
    let words = vec(word, 0..100).prop_map(|words| words.concat().into_bytes());
    vec(prop_oneof![run, noise, words], 0..12).prop_map(|pieces| pieces.concat())
}

/// Cuts into pieces whose sizes come round and round.
fn cut<'a>(mut coded: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if coded.is_empty() {
            break;
        }
        let (piece, rest) = coded.split_at((*size).min(coded.len()));
        pieces.push(piece);
        coded = rest;
    }
    pieces
}

/// Gives a reader's bytes in pieces.
struct Pieces<'a>(std::vec::IntoIter<&'a [u8]>);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.0.next().map_or(0, |piece| {
            out[..piece.len()].copy_from_slice(piece);
            piece.len()
        }))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_others_write_is_read_in_any_cuts(
        content in content(),
        stack in vec(0..WRITERS.len(), 1..=5),
        sizes in vec(1_usize..2000, 1..10),
        most in 1_usize..5000,
    ) {
        let coded = stack.iter().fold(content.clone(), |content, at| WRITERS[*at].1(&content));
        let list = stack.iter().map(|at| WRITERS[*at].0).collect::<Vec<_>>().join(", ");
        let limits = Limits::default();
        prop_assert_eq!(&Decoder::new().decode(&codings(&list), &coded, &limits).unwrap(), &content);
        prop_assert_eq!(&decode_pieces(&list, cut(&coded, &sizes), &limits, most).unwrap(), &content);
        let mut read = Vec::new();
        let pieces = Pieces(cut(&coded, &sizes).into_iter());
        DecodeReader::new(pieces, &codings(&list), &limits).read_to_end(&mut read).unwrap();
        prop_assert_eq!(&read, &content);
    }

    #[test]
    fn every_level_of_every_writer_is_read(content in content(), level in 0_u32..=11, window in 10_u32..=24) {
        let coded = br_with(&content, level, window);
        prop_assert_eq!(&Decoder::new().decode(&codings("br"), &coded, &Limits::default()).unwrap(), &content);
        let coded = zstd::encode_all(&content[..], level as i32 - 5).unwrap();
        prop_assert_eq!(&decode_pieces("zstd", coded.chunks(99), &Limits::default(), 500).unwrap(), &content);
        let coded = zstd::bulk::compress(&content, level as i32).unwrap();
        prop_assert_eq!(&Decoder::new().decode(&codings("zstd"), &coded, &Limits::default()).unwrap(), &content);
    }

    #[test]
    fn damage_is_an_error_or_other_content_and_the_same_for_whole_and_cut(
        content in content(),
        at in 0..WRITERS.len(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        sizes in vec(1_usize..200, 1..5),
    ) {
        let (name, write) = WRITERS[at];
        let mut coded = write(&content);
        for (index, byte) in changes {
            let index = index.index(coded.len());
            coded[index] = byte;
        }
        // The same for both, since the ratio is.
        let limits = Limits { max: Some(1 << 20), ..Limits::default() };
        let whole = Decoder::new().decode(&codings(name), &coded, &limits);
        let pieces = decode_pieces(name, cut(&coded, &sizes), &limits, 1000);
        match (whole, pieces) {
            (Ok(whole), Ok(pieces)) => prop_assert_eq!(whole, pieces),
            (Err(_), Err(_)) => {}
            // Behind an empty last block the library holds a frame to its own size only where it has all of it.
            (Err(Error::Damaged { .. }), Ok(_)) if name == "zstd" => {}
            (whole, pieces) => prop_assert!(false, "{:?} and {:?}", whole, pieces),
        }
    }

    #[test]
    fn noise_is_never_a_panic(noise in vec(any::<u8>(), 1..500), sizes in vec(1_usize..50, 1..5)) {
        for (name, _) in WRITERS {
            let limits = Limits { max: Some(1 << 20), ..Limits::default() };
            let whole = Decoder::new().decode(&codings(name), &noise, &limits);
            let pieces = decode_pieces(name, cut(&noise, &sizes), &limits, 1000);
            prop_assert_eq!(whole.ok(), pieces.ok());
        }
    }
}
