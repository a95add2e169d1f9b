//! Heads as older servers write them, made plain.

/// The same head without folded lines (RFC 9112, section 5.2) and as UTF-8.
///
/// A fold, white space around it included, becomes one space. If the head is not UTF-8, every byte past ASCII is read
/// as ISO-8859-1.
pub(crate) fn plain(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len() + 16);
    let mut rest = head;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let (line, next) = rest.split_at(end + 1);
        rest = next;
        match next.first() {
            Some(b' ' | b'\t') => {
                out.extend_from_slice(line.trim_ascii_end());
                if out.last() != Some(&b' ') {
                    out.push(b' ');
                }
                rest = &next[next.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()..];
            }
            _ => out.extend_from_slice(line),
        }
    }
    match std::str::from_utf8(&out) {
        Ok(_) => out,
        Err(_) => out.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_becomes_one_space() {
        assert_eq!(plain(b"A: b \t\r\n \t c\r\n\r\n"), b"A: b c\r\n\r\n");
        assert_eq!(plain(b"A:\r\n b\n\tc\n \r\n d\r\n\r\n"), b"A: b c d\r\n\r\n");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_latin_1() {
        assert_eq!(plain(b"A: \xE9\r\n\r\n"), "A: é\r\n\r\n".as_bytes());
        assert_eq!(plain("A: é\r\n\r\n".as_bytes()), "A: é\r\n\r\n".as_bytes());
    }
}
