//! A proxy's faults, which come before anything else.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::reach::Reach;
use super::{ProxyFault, ProxyProtocol, ProxyRequest};
use crate::socket::Socket;

/// The longest head that is waited for, in octets.
const LONGEST: usize = 64 * 1024;

/// Does what `fault` says with a connection.
pub(super) async fn commit(
    fault: &ProxyFault,
    protocol: ProxyProtocol,
    reach: &Reach,
    mut client: Box<dyn Socket>,
) -> io::Result<()> {
    match fault {
        ProxyFault::Close => Ok(()),
        ProxyFault::Answer(answer) => {
            let mut came = Vec::new();
            while !enough(&came, protocol) {
                if client.read_buf(&mut came).await? == 0 {
                    return Ok(());
                }
            }
            if protocol == ProxyProtocol::Http {
                reach.remember(ProxyRequest::head(&String::from_utf8_lossy(&came)));
            }
            client.write_all(answer).await?;
            finish(client).await
        }
        ProxyFault::Reply(_) | ProxyFault::Silence => discard(client).await,
    }
}

/// Ends this direction, then throws away what comes: closed with octets unread, the socket would send a reset.
pub(super) async fn finish(mut client: Box<dyn Socket>) -> io::Result<()> {
    client.shutdown().await?;
    discard(client).await
}

async fn discard(mut client: Box<dyn Socket>) -> io::Result<()> {
    tokio::io::copy(&mut client, &mut tokio::io::sink()).await.map(drop)
}

fn enough(came: &[u8], protocol: ProxyProtocol) -> bool {
    match protocol {
        ProxyProtocol::Http => came.ends_with(b"\r\n\r\n") || came.len() > LONGEST,
        ProxyProtocol::Socks5 => !came.is_empty(),
    }
}
