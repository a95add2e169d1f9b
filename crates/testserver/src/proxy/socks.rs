//! The SOCKS 5 proxy (RFC 1928, RFC 1929).
//! ```text
//! methods ──► password ──► request ──► tunnel
//!        └───────────────────▲
//! ```

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fault::finish;
use super::reach::Reach;
use super::{Asked, ProxyFault, ProxyRequest};
use crate::socket::Socket;

const VERSION: u8 = 5;

/// The version of the password's own small protocol.
const PASSWORD_VERSION: u8 = 1;

const NO_AUTHENTICATION: u8 = 0;
const PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;

const CONNECT: u8 = 1;

/// What a request is answered with (RFC 1928, section 6).
mod reply {
    pub(super) const DONE: u8 = 0;
    pub(super) const FAILED: u8 = 1;
    pub(super) const HOST_UNREACHABLE: u8 = 4;
    pub(super) const REFUSED: u8 = 5;
    pub(super) const NO_SUCH_COMMAND: u8 = 7;
    pub(super) const NO_SUCH_ADDRESS: u8 = 8;
}

/// Serves a connection to its end.
pub(super) async fn serve(mut client: Box<dyn Socket>, reach: &Reach) -> io::Result<()> {
    expect(client.read_u8().await?, VERSION)?;
    let count = client.read_u8().await?;
    let methods = octets(&mut client, count).await?;
    let method = if reach.credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
    if !methods.contains(&method) {
        client.write_all(&[VERSION, NO_METHOD]).await?;
        return finish(client).await;
    }
    client.write_all(&[VERSION, method]).await?;
    client.flush().await?;
    let credentials = if method == PASSWORD { Some(password(&mut client).await?) } else { None };
    if credentials.is_some() {
        let admitted = reach.admits(credentials.as_ref());
        client.write_all(&[PASSWORD_VERSION, u8::from(!admitted)]).await?;
        client.flush().await?;
        if !admitted {
            reach.remember(ProxyRequest::socks(Asked::Nothing, String::new(), 0, credentials));
            return finish(client).await;
        }
    }

    expect(client.read_u8().await?, VERSION)?;
    let command = client.read_u8().await?;
    client.read_u8().await?;
    let (asked, host) = match client.read_u8().await? {
        1 => (Asked::SocksAddress, Ipv4Addr::from(client.read_u32().await?).to_string()),
        3 => {
            let length = client.read_u8().await?;
            (Asked::SocksName, text(octets(&mut client, length).await?))
        }
        4 => (Asked::SocksAddress, Ipv6Addr::from(client.read_u128().await?).to_string()),
        _ => return refuse(client, reply::NO_SUCH_ADDRESS).await,
    };
    let port = client.read_u16().await?;
    let number = reach.remember(ProxyRequest::socks(asked, host.clone(), port, credentials));
    if let Some(ProxyFault::Reply(code)) = reach.fault() {
        return refuse(client, code).await;
    }
    if command != CONNECT {
        return refuse(client, reply::NO_SUCH_COMMAND).await;
    }
    match reach.connect(&host, port).await {
        Ok(server) => {
            client.write_all(&answer(reply::DONE, server.local_addr()?)).await?;
            client.flush().await?;
            reach.carry(number, client, server).await;
            Ok(())
        }
        Err(error) => {
            let code = match error.kind() {
                io::ErrorKind::NotFound => reply::HOST_UNREACHABLE,
                io::ErrorKind::ConnectionRefused => reply::REFUSED,
                _ => reply::FAILED,
            };
            refuse(client, code).await
        }
    }
}

/// User and password (RFC 1929).
async fn password(client: &mut Box<dyn Socket>) -> io::Result<(String, String)> {
    expect(client.read_u8().await?, PASSWORD_VERSION)?;
    let length = client.read_u8().await?;
    let user = text(octets(client, length).await?);
    let length = client.read_u8().await?;
    Ok((user, text(octets(client, length).await?)))
}

async fn refuse(mut client: Box<dyn Socket>, code: u8) -> io::Result<()> {
    client.write_all(&answer(code, (Ipv4Addr::UNSPECIFIED, 0).into())).await?;
    finish(client).await
}

/// A reply: its code, and the address that the proxy speaks from.
fn answer(code: u8, bound: SocketAddr) -> Vec<u8> {
    let mut answer = vec![VERSION, code, 0];
    match bound {
        SocketAddr::V4(bound) => {
            answer.push(1);
            answer.extend(bound.ip().octets());
        }
        SocketAddr::V6(bound) => {
            answer.push(4);
            answer.extend(bound.ip().octets());
        }
    }
    answer.extend(bound.port().to_be_bytes());
    answer
}

async fn octets(client: &mut Box<dyn Socket>, count: u8) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; count.into()];
    client.read_exact(&mut octets).await?;
    Ok(octets)
}

fn text(octets: Vec<u8>) -> String {
    String::from_utf8_lossy(&octets).into_owned()
}

fn expect(came: u8, expected: u8) -> io::Result<()> {
    if came == expected { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
