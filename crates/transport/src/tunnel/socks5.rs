//! SOCKS5 (RFC 1928), and its user and password (RFC 1929).
//!
//! ```text
//! greeting ─► Method ──────────────────────► request ─► Reply ─► done
//!                └─► password ─► Authentication ─┘
//! ```

use std::net::SocketAddr;

use super::{Credentials, Destination, Progress, TunnelError, check_name};

/// The protocol's version.
const SOCKS: u8 = 5;

/// The method that needs no credentials.
const OPEN: u8 = 0;

/// The method of user and password.
const PASSWORD: u8 = 2;

/// None of the methods will do.
const NONE: u8 = 0xff;

/// A reply, and a subnegotiation, that went well.
const SUCCEEDED: u8 = 0;

/// The version of the subnegotiation for user and password.
const SUBNEGOTIATION: u8 = 1;

/// CONNECT, the one command that is used.
const CONNECT: u8 = 1;

/// An address of four bytes.
const IPV4: u8 = 1;

/// A name behind a byte with its length.
const NAME: u8 = 3;

/// An address of sixteen bytes.
const IPV6: u8 = 4;

/// A handshake on its way.
pub(super) struct Socks5 {
    /// The message that `awaited` names, as far as it came.
    message: Vec<u8>,
    awaited: Awaited,
    /// Sent once the proxy knows who asks.
    request: Vec<u8>,
    /// The message with user and password, where there are any.
    password: Option<Vec<u8>>,
}

/// What the proxy is to say next.
#[derive(Clone, Copy)]
enum Awaited {
    /// The method of authentication it has chosen.
    Method,
    /// Whether user and password are right.
    Authentication,
    /// Whether it has connected.
    Reply,
}

/// What a message came to with its last byte.
enum Step {
    /// It goes on.
    Unfinished,
    /// It is complete, and another follows.
    Next(Awaited),
    /// It is complete, and was the last.
    Done,
    /// It is none.
    Nonsense,
}

impl Socks5 {
    /// Writes the greeting.
    pub(super) fn begin(
        destination: Destination<'_>,
        credentials: Option<&Credentials>,
        out: &mut Vec<u8>,
    ) -> Result<Self, TunnelError> {
        let request = request(destination)?;
        let password = credentials.map(password).transpose()?;
        match password {
            Some(_) => out.extend_from_slice(&[SOCKS, 2, OPEN, PASSWORD]),
            None => out.extend_from_slice(&[SOCKS, 1, OPEN]),
        }
        Ok(Self { message: Vec::new(), awaited: Awaited::Method, request, password })
    }

    /// Reads on, message by message.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Progress, TunnelError> {
        for (index, byte) in bytes.iter().enumerate() {
            self.message.push(*byte);
            match self.step(out)? {
                Step::Unfinished => {}
                Step::Next(awaited) => {
                    self.message.clear();
                    self.awaited = awaited;
                }
                Step::Done => return Ok(Progress::Done { used: index + 1 }),
                Step::Nonsense => {
                    self.message.extend_from_slice(&bytes[index + 1..]);
                    return Err(TunnelError::not_socks(&self.message));
                }
            }
        }
        Ok(Progress::More)
    }

    pub(super) fn end(&self) -> TunnelError {
        TunnelError::closed(&self.message)
    }

    /// Looks at the message, which has one byte more than the last time.
    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step, TunnelError> {
        Ok(match (self.awaited, &self.message[..]) {
            (Awaited::Method, [SOCKS]) => Step::Unfinished,
            (Awaited::Method, [SOCKS, NONE]) => {
                return Err(TunnelError::NoMethod { authorized: self.password.is_some() });
            }
            (Awaited::Method, [SOCKS, OPEN]) => self.ask(out),
            (Awaited::Method, [SOCKS, PASSWORD]) => match &mut self.password {
                Some(password) => {
                    out.append(password);
                    Step::Next(Awaited::Authentication)
                }
                None => Step::Nonsense,
            },
            // Some proxies answer with the version of the protocol, where that of the subnegotiation belongs.
            (Awaited::Authentication, [SUBNEGOTIATION | SOCKS]) => Step::Unfinished,
            (Awaited::Authentication, [_, SUCCEEDED]) => self.ask(out),
            (Awaited::Authentication, [_, _]) => return Err(TunnelError::Denied),
            (Awaited::Reply, [SOCKS] | [SOCKS, SUCCEEDED] | [SOCKS, SUCCEEDED, _]) => Step::Unfinished,
            (Awaited::Reply, [SOCKS, code]) => return Err(TunnelError::Reply { code: *code }),
            (Awaited::Reply, [_, _, _, kind, rest @ ..]) => step_address(*kind, rest),
            _ => Step::Nonsense,
        })
    }

    fn ask(&mut self, out: &mut Vec<u8>) -> Step {
        out.append(&mut self.request);
        Step::Next(Awaited::Reply)
    }
}

/// Looks at the address and the port at a reply's end. They are of no use, but for their length.
fn step_address(kind: u8, bytes: &[u8]) -> Step {
    let address = match (kind, bytes) {
        (IPV4, _) => 4,
        (IPV6, _) => 16,
        (NAME, []) => return Step::Unfinished,
        (NAME, [length, ..]) => 1 + usize::from(*length),
        _ => return Step::Nonsense,
    };
    if bytes.len() < address + 2 { Step::Unfinished } else { Step::Done }
}

/// The request to connect (RFC 1928, sections 4 and 5).
fn request(destination: Destination<'_>) -> Result<Vec<u8>, TunnelError> {
    let mut request = vec![SOCKS, CONNECT, 0];
    let port = match destination {
        Destination::Name(name, port) => {
            check_name(name)?;
            request.push(NAME);
            push_text(&mut request, name).ok_or_else(|| TunnelError::name(name))?;
            port
        }
        Destination::Address(SocketAddr::V4(address)) => {
            request.push(IPV4);
            request.extend_from_slice(&address.ip().octets());
            address.port()
        }
        Destination::Address(SocketAddr::V6(address)) => {
            request.push(IPV6);
            request.extend_from_slice(&address.ip().octets());
            address.port()
        }
    };
    request.extend_from_slice(&port.to_be_bytes());
    Ok(request)
}

/// User and password, neither of which may be empty (RFC 1929, section 2).
fn password(credentials: &Credentials) -> Result<Vec<u8>, TunnelError> {
    let mut message = vec![SUBNEGOTIATION];
    for text in [&credentials.user, &credentials.password] {
        if text.is_empty() {
            return Err(TunnelError::Credentials);
        }
        push_text(&mut message, text).ok_or(TunnelError::Credentials)?;
    }
    Ok(message)
}

/// Appends a text behind a byte with its length; `None` where that is past 255.
fn push_text(message: &mut Vec<u8>, text: &str) -> Option<()> {
    message.push(u8::try_from(text.len()).ok()?);
    message.extend_from_slice(text.as_bytes());
    Some(())
}
