//! Codings that are put on, read by readers that are not ours.

#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use flate2::read::{GzDecoder, ZlibDecoder};
use sortie_content::{Coding, Codings, Decoder, EncodeReader, Limits, encode};
use sortie_http::Headers;

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 & 15).collect()
}

fn read(mut reader: impl Read) -> Vec<u8> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content).unwrap();
    content
}

#[test]
fn gzip_and_deflate_are_read_back() {
    for size in [0, 1, 100_000] {
        let content = content(size);
        assert!(read(GzDecoder::new(&encode(Coding::Gzip, &content).unwrap()[..])) == content, "{size}");
        assert!(read(ZlibDecoder::new(&encode(Coding::Deflate, &content).unwrap()[..])) == content, "{size}");
    }
}

#[test]
fn the_same_content_is_always_coded_the_same() {
    let coded = encode(Coding::Gzip, &content(1000)).unwrap();
    assert_eq!(coded, encode(Coding::Gzip, &content(1000)).unwrap());
    assert_eq!(coded[4..8], [0; 4], "no time");
}

#[cfg(feature = "zstd")]
#[test]
fn zstd_is_read_back_and_says_its_size() {
    for size in [0, 1, 100_000] {
        let content = content(size);
        let coded = encode(Coding::Zstd, &content).unwrap();
        assert!(zstd::decode_all(&coded[..]).unwrap() == content, "{size}");
        assert_eq!(zstd::zstd_safe::get_frame_content_size(&coded).unwrap(), Some(size as u64));
    }
}

#[cfg(feature = "br")]
#[test]
fn br_is_not_written() {
    let error = encode(Coding::Br, b"content").unwrap_err();
    assert_eq!(error.to_string(), "br content can be read, but not written");
}

#[test]
fn a_coding_is_found_by_its_name() {
    assert_eq!(Coding::named("X-GZip"), Some(Coding::Gzip));
    assert_eq!(Coding::named("deflate"), Some(Coding::Deflate));
    assert_eq!(Coding::named("identity"), None);
    assert_eq!(Coding::named("").map(Coding::name), None);
}

/// Gives one byte at a time, and then fails.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("gone"))?;
        out[0] = b'x';
        Ok(1)
    }
}

#[test]
fn a_reader_is_coded_as_it_is_read() {
    let mut codings = vec![Coding::Gzip, Coding::Deflate];
    if let Some(zstd) = Coding::named("zstd") {
        codings.push(zstd);
    }
    for coding in codings {
        for size in [0, 1, 300_000] {
            let content = content(size);
            let coded = read(EncodeReader::new(coding, &content[..]).unwrap());
            let mut headers = Headers::new();
            headers.append("Content-Encoding", coding.name()).unwrap();
            let back = Decoder::new().decode(&Codings::of(&headers), &coded, &Limits::default()).unwrap();
            assert!(back == content, "{coding:?} {size}");
        }
        let error = io::copy(&mut EncodeReader::new(coding, Failing(7)).unwrap(), &mut io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "gone", "{coding:?}");
    }
}
