//! A body in chunks, as a server reads it.

/// The body that `bytes` begin with, and how many of them it took; `None` where it is not complete.
pub(crate) fn unchunk(bytes: &[u8]) -> Option<Result<(Vec<u8>, usize), ()>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|pair| pair == b"\r\n")?;
        let size =
            std::str::from_utf8(&bytes[at..at + line]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(size) = size else { return Some(Err(())) };
        at += line + 2;
        let end = at + size;
        let (content, tail) = (bytes.get(at..end)?, bytes.get(end..end + 2)?);
        if tail != b"\r\n" {
            return Some(Err(()));
        }
        body.extend_from_slice(content);
        at = end + 2;
        if size == 0 {
            return Some(Ok((body, at)));
        }
    }
}
