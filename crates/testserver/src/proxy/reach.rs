//! The far side of a proxy: where hosts are, and what is carried to them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ProxyFault, ProxyRequest};

/// How much of what is carried is remembered, in octets.
const REMEMBERED: usize = 64 * 1024;

/// Octets carried at a time.
const PIECE: usize = 16 * 1024;

/// What a proxy's owner, its thread and its connections share.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) credentials: Option<(String, String)>,
    pub(super) names: Vec<(String, SocketAddr)>,
    pub(super) fault: Mutex<Option<ProxyFault>>,
    pub(super) connections: AtomicUsize,
    pub(super) requests: Mutex<Vec<ProxyRequest>>,
}

impl Reach {
    /// Remembers a request; returns its number.
    pub(super) fn remember(&self, request: ProxyRequest) -> usize {
        let mut requests = self.requests();
        requests.push(request);
        requests.len() - 1
    }

    /// Whether these credentials will do.
    pub(super) fn admits(&self, credentials: Option<&(String, String)>) -> bool {
        self.credentials.is_none() || self.credentials.as_ref() == credentials
    }

    pub(super) fn fault(&self) -> Option<ProxyFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn requests(&self) -> MutexGuard<'_, Vec<ProxyRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects to a host; `NotFound` is one that nobody knows.
    pub(super) async fn connect(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let named = self.names.iter().find(|(name, _)| name.eq_ignore_ascii_case(host));
        let addr = match (named, host.parse::<IpAddr>()) {
            (Some((_, addr)), _) => *addr,
            (None, Ok(ip)) => SocketAddr::new(ip, port),
            (None, Err(_)) if host.eq_ignore_ascii_case("localhost") => (Ipv4Addr::LOCALHOST, port).into(),
            (None, Err(_)) => return Err(io::ErrorKind::NotFound.into()),
        };
        let stream = TcpStream::connect(addr).await?;
        // Fails only where the server has gone already, which the first read will tell.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Carries octets both ways for the request of that number, until both sides have ended.
    pub(super) async fn carry(&self, number: usize, client: impl AsyncRead + AsyncWrite, server: TcpStream) {
        let (mut from_client, mut to_client) = tokio::io::split(client);
        let (mut from_server, mut to_server) = server.into_split();
        let there = async {
            let mut piece = [0; PIECE];
            while let Ok(count @ 1..) = from_client.read(&mut piece).await {
                if let Some(request) = self.requests().get_mut(number) {
                    let room = REMEMBERED.saturating_sub(request.carried.len());
                    request.carried.extend_from_slice(&piece[..count.min(room)]);
                }
                if to_server.write_all(&piece[..count]).await.is_err() {
                    break;
                }
            }
            // These fail only where there is nobody to tell any more.
            let _ = to_server.shutdown().await;
        };
        let back = async {
            let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
            let _ = to_client.shutdown().await;
        };
        tokio::join!(there, back);
    }
}
