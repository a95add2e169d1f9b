//! The answer to CONNECT (RFC 9110, section 9.3.6; RFC 9112, section 4).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Credentials, Progress, TunnelError, check_name};
use crate::{Host, Target};

/// How large the heads of an answer may be together, in bytes.
const LIMIT: usize = 16 * 1024;

/// How many fields a head may have.
const FIELDS: usize = 256;

/// How much of a refusal's content is kept, in bytes.
const BODY: usize = 1024;

/// How much of a reason phrase is kept, in bytes.
const REASON: usize = 200;

/// A request that was made, and what has come of the answer.
pub(super) struct Connect {
    /// The heads so far.
    heads: Vec<u8>,
    /// Where in `heads` the one begins that is not complete: those before it were interim.
    start: usize,
    /// Credentials were sent.
    authorized: bool,
}

/// A complete head.
struct Head {
    length: usize,
    status: u16,
    reason: Box<str>,
}

impl Connect {
    /// Writes the request.
    pub(super) fn begin(
        target: &Target,
        credentials: Option<&Credentials>,
        out: &mut Vec<u8>,
    ) -> Result<Self, TunnelError> {
        if let Host::Name(name) = &target.host {
            check_name(name)?;
        }
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(Credentials { user, password }) = credentials {
            if user.contains(':') || user.chars().chain(password.chars()).any(char::is_control) {
                return Err(TunnelError::Credentials);
            }
            request.push_str("Proxy-Authorization: Basic ");
            BASE64_STANDARD.encode_string(format!("{user}:{password}"), &mut request);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        out.extend_from_slice(request.as_bytes());
        Ok(Self { heads: Vec::new(), start: 0, authorized: credentials.is_some() })
    }

    /// Reads on, up to the end of the first head that is not interim. What framing a 2xx speaks of is not there.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, TunnelError> {
        let before = self.heads.len();
        self.heads.extend_from_slice(&bytes[..bytes.len().min(LIMIT - before)]);
        while self.start < self.heads.len() {
            let text = &self.heads[self.start..];
            let Some(head) = parse(text)? else { break };
            let end = self.start + head.length;
            match head.status {
                200..=299 => return Ok(Progress::Done { used: end - before }),
                // 101 is an answer: what follows it is another protocol.
                100 | 102..=199 => self.start = end,
                _ => return Err(self.refused(head, text, &bytes[end - before..])),
            }
        }
        match self.heads.len() < LIMIT {
            true => Ok(Progress::More),
            false => Err(TunnelError::too_large(LIMIT, &self.heads[self.start..])),
        }
    }

    pub(super) fn end(&self) -> TunnelError {
        TunnelError::closed(&self.heads[self.start..])
    }

    fn refused(&self, head: Head, text: &[u8], body: &[u8]) -> TunnelError {
        TunnelError::Refused {
            status: head.status,
            reason: head.reason,
            head: fields(&text[..head.length]).into(),
            body: String::from_utf8_lossy(&body[..body.len().min(BODY)]).into(),
            authorized: self.authorized,
        }
    }
}

/// The head that `text` begins with; `None` where it goes on.
fn parse(text: &[u8]) -> Result<Option<Head>, TunnelError> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let mut parser = httparse::ParserConfig::default();
    parser.allow_obsolete_multiline_headers_in_responses(true);
    parser.allow_multiple_spaces_in_response_status_delimiters(true);
    match parser.parse_response(&mut response, text) {
        Ok(httparse::Status::Complete(length)) => {
            let status = response.code.filter(|status| *status >= 100).ok_or_else(|| TunnelError::not_http(text))?;
            let reason = response.reason.unwrap_or_default().trim_ascii();
            Ok(Some(Head { length, status, reason: reason.get(..REASON).unwrap_or(reason).into() }))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(httparse::Error::TooManyHeaders) => Err(TunnelError::too_large(LIMIT, text)),
        Err(_) => Err(TunnelError::not_http(text)),
    }
}

/// What stands between the status line of a complete head and the empty line at its end.
fn fields(head: &[u8]) -> String {
    let head = head.trim_ascii();
    let after = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |end| end + 1);
    let mut text = String::from_utf8_lossy(&head[after..]).into_owned();
    if !text.is_empty() {
        text.push_str("\r\n");
    }
    text
}
