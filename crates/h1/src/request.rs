use sortie_http::{Headers, Method};

/// Writes the head of a request behind what `out` holds: request line, fields, Cookie, blank line.
///
/// `target` is what [`Url::target`](sortie_http::Url::target) gives, or the absolute form for a proxy (RFC 9112,
/// section 3.2). The fields that are `added` are put last. All is written as it is: it must hold no control character,
/// and the target no blank. No other field is added or left out.
pub fn write_head(out: &mut Vec<u8>, method: &Method, target: &str, headers: &Headers, added: &Added<'_>) {
    let method = method.as_str();
    out.reserve(method.len() + target.len() + headers.text().len() + 32);
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    headers.write_to(out);
    for (name, value) in [("Proxy-Authorization: ", added.proxy_authorization), ("Cookie: ", added.cookie)] {
        if let Some(value) = value {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Fields that belong to one exchange, not to its request; in the order of the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Added<'a> {
    /// The value of Proxy-Authorization, for a proxy that is asked itself.
    pub proxy_authorization: Option<&'a str>,
    /// The value of the Cookie field.
    pub cookie: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_comes_last_and_the_cookie_at_the_end() {
        let mut headers = Headers::new();
        headers.append("Host", "h").unwrap();
        headers.append("x-Case", "Kept").unwrap();
        let added = Added { proxy_authorization: Some("Basic eA=="), cookie: Some("a=1; b=2") };
        let mut out = b"before".to_vec();
        write_head(&mut out, &Method::DELETE, "/a?b=1", &headers, &added);
        let fields = "Host: h\r\nx-Case: Kept\r\nProxy-Authorization: Basic eA==\r\nCookie: a=1; b=2\r\n";
        assert_eq!(out, format!("beforeDELETE /a?b=1 HTTP/1.1\r\n{fields}\r\n").as_bytes());
    }

    #[test]
    fn nothing_is_added_to_a_request_without_fields() {
        let mut out = Vec::new();
        write_head(&mut out, &Method::GET, "http://h/p", &Headers::new(), &Added::default());
        assert_eq!(out, b"GET http://h/p HTTP/1.1\r\n\r\n");
    }
}
