//! Answers in a content coding (RFC 9110, section 8.4.1).

use std::io::{self, Read};

use brotli::CompressorReader;
use flate2::Compression;
use flate2::bufread::{DeflateEncoder, GzEncoder, ZlibEncoder};
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, HeaderValue};
use serde_json::Value;

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::echo;
use crate::request::Request;

/// `/gzip`.
pub(crate) fn gzip(request: &Request) -> Answer {
    let plain = document(request, "gzipped");
    coded("gzip", GzEncoder::new(plain.as_bytes(), Compression::default()))
}

/// `/deflate`: zlib's format, as the RFC has it.
pub(crate) fn zlib(request: &Request) -> Answer {
    let plain = document(request, "deflated");
    coded("deflate", ZlibEncoder::new(plain.as_bytes(), Compression::default()))
}

/// `/deflate-raw`: without zlib's frame, as some servers have it.
pub(crate) fn deflate(request: &Request) -> Answer {
    let plain = document(request, "deflated");
    coded("deflate", DeflateEncoder::new(plain.as_bytes(), Compression::default()))
}

/// `/brotli`.
pub(crate) fn brotli(request: &Request) -> Answer {
    let plain = document(request, "brotli");
    coded("br", CompressorReader::new(plain.as_bytes(), 4096, 5, 20))
}

/// `/zstd`.
pub(crate) fn zstd(request: &Request) -> Answer {
    let plain = document(request, "zstd");
    match zstd::stream::read::Encoder::with_buffer(plain.as_bytes(), zstd::DEFAULT_COMPRESSION_LEVEL) {
        Ok(encoder) => coded("zstd", encoder),
        Err(error) => failed(&error),
    }
}

/// What is said inside the coding.
fn document(request: &Request, flag: &str) -> String {
    let mut document = echo::described(request);
    document.insert(flag.into(), true.into());
    format!("{:#}\n", Value::Object(document))
}

fn coded(coding: &'static str, mut encoder: impl Read) -> Answer {
    let mut content = Vec::new();
    let read: io::Result<usize> = encoder.read_to_end(&mut content);
    if let Err(error) = read {
        return failed(&error);
    }
    let mut answer = answer::typed("application/json", Content::Whole(content.into()));
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    answer
}

fn failed(error: &io::Error) -> Answer {
    answer::refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}
