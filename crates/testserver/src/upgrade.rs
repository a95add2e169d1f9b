//! The change of protocol (RFC 9110, section 7.8), to one that gives back what it gets.

use std::io;

use hyper::StatusCode;
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::answer::{self, Answer};
use crate::request::Request;
use crate::wire::Wire;

/// The protocol's name.
const ECHO: &str = "echo";

/// Octets that are given back at a time.
const PIECE: usize = 16 * 1024;

/// `/upgrade`: 101 where the request asks for `echo`, else 426.
pub(crate) fn asked(request: &Request) -> Answer {
    let names = |header, name: &str| {
        let listed = request.header(header).unwrap_or_default();
        listed.split(',').any(|member| member.trim().eq_ignore_ascii_case(name))
    };
    let mut answer = if names(UPGRADE, ECHO) && names(CONNECTION, "upgrade") {
        answer::empty(StatusCode::SWITCHING_PROTOCOLS)
    } else {
        answer::refusal(StatusCode::UPGRADE_REQUIRED, "the protocol here is echo")
    };
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.headers_mut().insert(UPGRADE, HeaderValue::from_static(ECHO));
    answer
}

/// Gives back `ahead`, and then all that comes, until the client ends; then ends too.
pub(crate) async fn echo(wire: &mut Wire, ahead: &[u8]) -> io::Result<()> {
    wire.write_all(ahead).await?;
    let mut piece = [0; PIECE];
    loop {
        wire.flush().await?;
        match wire.read(&mut piece).await? {
            0 => return wire.shutdown().await,
            count => wire.write_all(&piece[..count]).await?,
        }
    }
}
