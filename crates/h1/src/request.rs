use sortie_http::{Headers, Method};

/// Writes the head of a request behind what `out` holds: request line, fields, Cookie, blank line.
///
/// `target` is what [`Url::target`](sortie_http::Url::target) gives, or the absolute form for a proxy (RFC 9112,
/// section 3.2). `cookie` is the value of the Cookie field, put last. Both are written as they are: they must hold no
/// control character, and the target no blank. No field is added or left out.
pub fn write_head(out: &mut Vec<u8>, method: &Method, target: &str, headers: &Headers, cookie: Option<&str>) {
    let method = method.as_str();
    out.reserve(method.len() + target.len() + headers.text().len() + cookie.map_or(0, str::len) + 32);
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    headers.write_to(out);
    if let Some(cookie) = cookie {
        out.extend_from_slice(b"Cookie: ");
        out.extend_from_slice(cookie.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_the_last_field() {
        let mut headers = Headers::new();
        headers.append("Host", "h").unwrap();
        headers.append("x-Case", "Kept").unwrap();
        let mut out = b"before".to_vec();
        write_head(&mut out, &Method::DELETE, "/a?b=1", &headers, Some("a=1; b=2"));
        assert_eq!(out, b"beforeDELETE /a?b=1 HTTP/1.1\r\nHost: h\r\nx-Case: Kept\r\nCookie: a=1; b=2\r\n\r\n");
    }

    #[test]
    fn nothing_is_added_to_a_request_without_fields() {
        let mut out = Vec::new();
        write_head(&mut out, &Method::GET, "http://h/p", &Headers::new(), None);
        assert_eq!(out, b"GET http://h/p HTTP/1.1\r\n\r\n");
    }
}
