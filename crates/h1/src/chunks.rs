//! The chunked transfer coding, written (RFC 9112, section 7.1).

/// Writes one chunk behind what `out` holds. Nothing is written for no bytes: that would be the end of the body.
///
/// ```
/// let mut out = Vec::new();
/// sortie_h1::write_chunk(&mut out, b"hello");
/// sortie_h1::write_chunk(&mut out, b"");
/// sortie_h1::write_last_chunk(&mut out);
/// assert_eq!(out, b"5\r\nhello\r\n0\r\n\r\n");
/// ```
pub fn write_chunk(out: &mut Vec<u8>, content: &[u8]) {
    if content.is_empty() {
        return;
    }
    out.reserve(content.len() + 20);
    out.extend_from_slice(format!("{:X}\r\n", content.len()).as_bytes());
    out.extend_from_slice(content);
    out.extend_from_slice(b"\r\n");
}

/// Writes the end of a chunked body, without trailers.
pub fn write_last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}
