//! The proxy: a listener, a thread, and one task a connection.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_rustls::TlsAcceptor;

use super::reach::Reach;
use super::{ProxyFault, ProxyOptions, ProxyProtocol, ProxyRequest, fault, http, socks};
use crate::listen::{Listener, listen};
use crate::running::Running;
use crate::socket::Socket;
use crate::tls;

/// The longest that accepting rests after it failed, out of descriptors most likely.
const REST: Duration = Duration::from_millis(10);

/// A proxy on 127.0.0.1.
///
/// It runs on one thread of its own. Dropping it stops accepting, closes every connection, tunnels too, and joins the
/// thread.
#[derive(Debug)]
pub struct ProxyServer {
    addr: SocketAddr,
    scheme: &'static str,
    reach: Arc<Reach>,
    _running: Running,
}

impl ProxyServer {
    /// Starts a proxy on a port the system picks.
    ///
    /// # Errors
    /// `InvalidInput` when the options for TLS hold no certificate or key, or some that do not fit; else what the system
    /// said when there is no port, descriptor or thread to be had.
    pub fn start(options: ProxyOptions) -> io::Result<Self> {
        let ProxyOptions { protocol, tls, credentials, names, fault } = options;
        let scheme = match (protocol, &tls) {
            (ProxyProtocol::Http, None) => "http",
            (ProxyProtocol::Http, Some(_)) => "https",
            (ProxyProtocol::Socks5, _) => "socks5",
        };
        let acceptor = tls.map(|options| tls::config(&options)).transpose()?.map(TlsAcceptor::from);
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let addr = listener.local_addr()?;
        let reach = Arc::new(Reach {
            credentials,
            names,
            fault: Mutex::new(fault),
            connections: AtomicUsize::new(0),
            requests: Mutex::default(),
        });
        let running = Running::start("test proxy", || Listener::tcp(listener), {
            let reach = Arc::clone(&reach);
            async move |listener: &Listener| accept(listener, &reach, acceptor, protocol).await
        })?;
        Ok(Self { addr, scheme, reach, _running: running })
    }

    /// Where the proxy listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The proxy's URL, without credentials: `http://`, `https://` or `socks5://`, address and port.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.addr)
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.reach.connections.load(Ordering::SeqCst)
    }

    /// What the proxy was asked so far, in order. What a tunnel carries grows while it is open.
    pub fn requests(&self) -> Vec<ProxyRequest> {
        self.reach.requests().clone()
    }

    /// Changes what the proxy does wrong, from the next connection on that is not in [`ProxyServer::connections`] yet; for a
    /// [`ProxyFault::Reply`], from the next request on.
    pub fn set_fault(&self, fault: Option<ProxyFault>) {
        *self.reach.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

/// Accepts for ever.
async fn accept(listener: &Listener, reach: &Arc<Reach>, acceptor: Option<TlsAcceptor>, protocol: ProxyProtocol) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                // Before it counts: who has seen the count may change the fault.
                let fault = reach.fault();
                reach.connections.fetch_add(1, Ordering::SeqCst);
                let (reach, acceptor) = (Arc::clone(reach), acceptor.clone());
                tokio::spawn(async move {
                    // An error mostly says that the client has gone, which is what some tests are about.
                    let _ = serve(client, fault, reach, acceptor, protocol).await;
                });
            }
            Err(_) => tokio::time::sleep(REST).await,
        }
    }
}

async fn serve(
    client: Box<dyn Socket>,
    fault: Option<ProxyFault>,
    reach: Arc<Reach>,
    acceptor: Option<TlsAcceptor>,
    protocol: ProxyProtocol,
) -> io::Result<()> {
    let client: Box<dyn Socket> = match acceptor {
        None => client,
        Some(acceptor) => match acceptor.accept(client).into_fallible().await {
            Ok(stream) => Box::new(stream),
            Err((_, client)) => return fault::finish(client).await,
        },
    };
    match (fault, protocol) {
        (Some(fault @ (ProxyFault::Answer(_) | ProxyFault::Close | ProxyFault::Silence)), _) => {
            fault::commit(&fault, protocol, &reach, client).await
        }
        (_, ProxyProtocol::Http) => {
            http::serve(client, reach).await;
            Ok(())
        }
        (_, ProxyProtocol::Socks5) => socks::serve(client, &reach).await,
    }
}
