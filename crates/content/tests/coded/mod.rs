//! Content in every coding, as writers that are not ours make it.

#![allow(dead_code)]

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use sortie_content::{Codings, Limits, Step, StreamDecoder};
use sortie_http::Headers;

/// A name of Content-Encoding, and a writer of it.
pub(crate) type Writer = (&'static str, fn(&[u8]) -> Vec<u8>);

/// Every coding, in every form that it has.
pub(crate) const WRITERS: [Writer; 5] =
    [("gzip", gzip), ("deflate", zlib), ("deflate", bare), ("br", br), ("zstd", zstd)];

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bare(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn br(content: &[u8]) -> Vec<u8> {
    br_with(content, 5, 18)
}

pub(crate) fn br_with(content: &[u8], quality: u32, window_log: u32) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut coded, 4096, quality, window_log);
    encoder.write_all(content).unwrap();
    drop(encoder);
    coded
}

/// With a checksum, and without the content's size.
pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn codings(list: &str) -> Codings {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", list).unwrap();
    Codings::of(&headers)
}

/// Text that neither repeats at once nor is random.
pub(crate) fn prose(size: usize) -> Vec<u8> {
    (0u32..)
        .flat_map(|number| format!("line {number}: {}\n", number.wrapping_mul(2_654_435_761)).into_bytes())
        .take(size)
        .collect()
}

/// Decodes pieces, taking `most` bytes at a time, and checks that no call gives more.
pub(crate) fn decode_pieces<'a>(
    list: &str,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: &Limits,
    most: usize,
) -> Result<Vec<u8>, sortie_content::Error> {
    let mut decoder = StreamDecoder::new(&codings(list), limits);
    let (mut content, mut out) = (Vec::new(), Vec::new());
    let mut take = |out: &mut Vec<u8>| {
        assert!(out.len() <= most, "{} bytes at once", out.len());
        content.append(out);
    };
    for mut piece in pieces {
        while let Step::Full { used } = decoder.push(piece, &mut out, most)? {
            piece = &piece[used..];
            take(&mut out);
        }
        take(&mut out);
    }
    while let Step::Full { .. } = decoder.finish(&mut out, most)? {
        take(&mut out);
    }
    take(&mut out);
    Ok(content)
}
