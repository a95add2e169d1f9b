//! A megabyte that would become a gigabyte: every coding stops at the limit, and takes no memory for it.

#![cfg(all(feature = "br", feature = "zstd"))]
#![allow(clippy::unwrap_used)]

mod coded;

use std::io::{Read, Write};
use std::sync::Mutex;

use coded::{codings, gzip, zstd};
use sortie_content::{DecodeReader, Decoder, Error, Limits, Step, StreamDecoder};

const MIB: usize = 1 << 20;

/// What a test may take beyond what it is about: the stacks of its threads, the bomb itself, and the like. In KiB.
const SLACK: u64 = 24 << 10;

/// One test at a time, so that each measures its own memory.
static ALONE: Mutex<()> = Mutex::new(());

/// 1 GiB of zeros.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let zeros = vec![0; MIB];
    let list =
        vec![("gzip", gzip(&zeros).repeat(1024)), ("zstd", zstd(&zeros).repeat(1024)), ("br", br_of_zeros(1024))];
    let stacked = list.iter().map(|(name, bomb)| (format!("{name}, gzip").leak() as &str, gzip(bomb)));
    stacked.chain(list.clone()).collect()
}

/// `count` MiB of zeros: a flush ends on a byte, and what follows the second is always the same.
fn br_of_zeros(count: usize) -> Vec<u8> {
    let zeros = vec![0; MIB];
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 18);
    let mut ends = Vec::new();
    for _ in 0..3 {
        encoder.write_all(&zeros).unwrap();
        encoder.flush().unwrap();
        ends.push(encoder.get_ref().len());
    }
    let coded = encoder.get_ref();
    let again = &coded[ends[1]..ends[2]];
    // The last meta-block, which is empty: two bits that are set.
    [&coded[..ends[1]], &again.repeat(count - 2), &[3]].concat()
}

/// The most memory that this process has had so far, in KiB. Nothing tells it on other systems.
fn peak() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::TooLarge { limit: 8_388_608 } | Error::Bomb { .. })
}

#[test]
fn the_bombs_are_what_they_are_said_to_be() {
    let _alone = ALONE.lock();
    let mut decoder = Decoder::new();
    let decoded = decoder.decode(&codings("br"), &br_of_zeros(5), &Limits::default()).unwrap();
    assert!(decoded == vec![0; 5 * MIB]);
    for (name, bomb) in bombs() {
        assert!(bomb.len() <= 2 * MIB, "{name}: {} bytes", bomb.len());
    }
}

#[test]
fn whole_bombs_stop_at_the_limit_and_take_no_more_memory_than_that() {
    let _alone = ALONE.lock();
    let bombs = bombs();
    let before = peak();
    for limits in [
        Limits { max: Some(8 << 20), ..Limits::default() },
        Limits { generous: 8 << 20, ratio: 1, ..Limits::default() },
    ] {
        for (name, bomb) in &bombs {
            let error = Decoder::new().decode(&codings(name), bomb, &limits).unwrap_err();
            assert!(is_refused(&error), "{name}: {error}");
        }
    }
    // The content grows by doubling: the old place, the new one, and what an outer coding gave.
    assert!(peak() <= before + 3 * (8 << 10) + SLACK, "from {before} to {} KiB", peak());
}

#[test]
fn streamed_bombs_stop_at_the_limit_and_take_next_to_no_memory() {
    let _alone = ALONE.lock();
    let bombs = bombs();
    let before = peak();
    let limits = Limits { generous: 64 << 20, ratio: 1, ..Limits::default() };
    for (name, bomb) in &bombs {
        let mut decoder = StreamDecoder::new(&codings(name), &limits);
        let (mut out, mut given) = (Vec::new(), 0);
        let error = 'all: {
            for mut piece in bomb.chunks(16 << 10) {
                loop {
                    out.clear();
                    let step = decoder.push(piece, &mut out, 64 << 10);
                    given += out.len();
                    match step {
                        Ok(Step::Full { used }) => piece = &piece[used..],
                        Ok(_) => break,
                        Err(error) => break 'all error,
                    }
                }
            }
            panic!("{name} was decoded");
        };
        assert!(is_refused(&error), "{name}: {error}");
        assert!((63 << 20..=64 << 20).contains(&given), "{name}: {given} bytes");
        assert!(out.capacity() <= 128 << 10, "{name}");
    }
    assert!(peak() <= before + SLACK, "from {before} to {} KiB", peak());
}

#[test]
fn a_reader_of_a_bomb_fails_at_the_limit() {
    let _alone = ALONE.lock();
    for (name, bomb) in bombs() {
        let limits = Limits { max: Some(8 << 20), ..Limits::default() };
        let mut reader = DecodeReader::new(&bomb[..], &codings(name), &limits);
        let mut read = 0;
        let mut place = vec![0; 64 << 10];
        let error = loop {
            match reader.read(&mut place) {
                Ok(count) => read += count,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge, "{name}");
        assert!(read <= 8 << 20, "{name}: {read} bytes");
    }
}
