//! The proper server: a listener, a thread, and one task a connection.

use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use tokio_rustls::TlsAcceptor;

use crate::connection::Connection;
use crate::counts::Handshakes;
use crate::listen::{Listener, listen};
use crate::manners::{Manners, Misdeeds};
use crate::running::Running;
use crate::shared::Shared;
use crate::tls::{self, TlsOptions};

/// The longest that accepting rests after it failed, out of descriptors most likely; others may give some back, too.
const REST: Duration = Duration::from_millis(10);

/// An httpbin on loopback; its routes stand on the [crate's page](crate).
///
/// It runs on one thread of its own, with `TCP_NODELAY` and keep-alive on. Out of descriptors, it leaves clients in
/// the system's queue until a connection closes. Dropping it stops accepting, closes every connection, also one in
/// mid-answer, and joins the thread.
#[derive(Debug)]
pub struct TestServer {
    place: Place,
    shared: Arc<Shared>,
    running: Option<Running>,
}

/// Where a server listens.
#[derive(Debug)]
enum Place {
    Http(SocketAddr),
    Https(SocketAddr),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl TestServer {
    /// Starts a server on 127.0.0.1, on a port the system picks.
    ///
    /// # Errors
    /// What the system said when there is no port, descriptor or thread to be had.
    pub fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts a server on `addr`; port 0 lets the system pick one.
    ///
    /// # Errors
    /// What the system said when the address is taken or not ours, or when there is no descriptor or thread to be had.
    pub fn start_on(addr: SocketAddr) -> io::Result<Self> {
        Self::begin_at(addr, Manners::default())
    }

    /// Starts a server that misbehaves, on 127.0.0.1, on a port the system picks.
    ///
    /// # Errors
    /// As [`TestServer::start`].
    pub fn start_with(manners: Manners) -> io::Result<Self> {
        Self::begin_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), manners)
    }

    /// Starts a server that speaks TLS, on 127.0.0.1, on a port the system picks.
    ///
    /// # Errors
    /// `InvalidInput` when the options hold no certificate or key, or some that do not fit; else as
    /// [`TestServer::start`].
    pub fn start_tls(options: TlsOptions) -> io::Result<Self> {
        Self::start_tls_with(options, Manners::default())
    }

    /// Starts a server that speaks TLS and misbehaves.
    ///
    /// # Errors
    /// As [`TestServer::start_tls`].
    pub fn start_tls_with(options: TlsOptions, manners: Manners) -> io::Result<Self> {
        let acceptor = TlsAcceptor::from(tls::config(&options)?);
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let place = Place::Https(listener.local_addr()?);
        Self::begin(place, Some(acceptor), manners, || Listener::tcp(listener))
    }

    /// Starts a server that listens on a Unix socket at `path`, where nothing may be yet; dropping it takes that away.
    ///
    /// # Errors
    /// What the system said when there is something at the path already, or no descriptor or thread to be had.
    #[cfg(unix)]
    pub fn start_unix(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let listener = std::os::unix::net::UnixListener::bind(path)?;
        Self::begin(Place::Unix(path.to_owned()), None, Manners::default(), || Listener::unix(listener))
    }

    fn begin_at(addr: SocketAddr, manners: Manners) -> io::Result<Self> {
        let listener = listen(addr)?;
        let place = Place::Http(listener.local_addr()?);
        Self::begin(place, None, manners, || Listener::tcp(listener))
    }

    fn begin(
        place: Place,
        acceptor: Option<TlsAcceptor>,
        manners: Manners,
        listener: impl FnOnce() -> io::Result<Listener>,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(manners));
        let running = Running::start("testserver", listener, {
            let shared = Arc::clone(&shared);
            async move |listener: &Listener| accept(listener, shared, acceptor).await
        })?;
        Ok(Self { place, shared, running: Some(running) })
    }

    /// Where the server listens.
    ///
    /// # Panics
    /// When that is a path.
    pub fn addr(&self) -> SocketAddr {
        match &self.place {
            Place::Http(addr) | Place::Https(addr) => *addr,
            #[cfg(unix)]
            Place::Unix(path) => panic!("a server at {} has no address", path.display()),
        }
    }

    /// The URL of `path` (and query) on this server; a `/` is put before a path without one. At a Unix socket its host
    /// is `localhost`, for want of another.
    pub fn url(&self, path: &str) -> String {
        match &self.place {
            Place::Http(addr) => url("http", addr, path),
            Place::Https(addr) => url("https", addr, path),
            #[cfg(unix)]
            Place::Unix(_) => url("http", "localhost", path),
        }
    }

    /// How the TLS handshakes ended; zeros where there is no TLS.
    pub fn handshakes(&self) -> Handshakes {
        self.shared.counts.handshakes()
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.counts.accepted()
    }

    /// Connections that are open now, as this end sees it: one that the client closed counts until that was noticed.
    pub fn open_connections(&self) -> usize {
        self.shared.counts.open()
    }

    /// The most connections that were open at the same time.
    pub fn most_connections(&self) -> usize {
        self.shared.counts.most()
    }

    /// Requests so far, counted when their head has come.
    pub fn requests(&self) -> usize {
        self.shared.counts.requests()
    }

    /// Changes how the server behaves, from now on; what the new manners count begins at 0.
    ///
    /// What was decided before goes on: a stalled request stays stalled.
    pub fn set_manners(&self, manners: Manners) {
        self.shared.conduct.set(manners);
    }

    /// How often the server has misbehaved on purpose, since it started.
    pub fn misdeeds(&self) -> Misdeeds {
        self.shared.conduct.misdeeds()
    }

    /// Requests that wait at `/hold` now, or for the next piece of `/drip?hold=1`; one whose client has gone counts until that was noticed.
    pub fn held(&self) -> usize {
        self.shared.rooms.held()
    }

    /// Answers all requests that wait at `/hold` now, or gives them the next piece of `/drip`, and says how many those are; later
    /// ones wait for the next release.
    pub fn release(&self) -> usize {
        self.shared.rooms.release()
    }

    /// Ends the server as a crash would: every connection is reset (RST), whatever it is at, and the port refuses.
    ///
    /// When this returns, that is done. [`TestServer::start_on`] can have the same address again. Dropping the server
    /// instead closes its connections: what was sent still arrives, and an idle one ends with a FIN.
    pub fn kill(self) {
        self.shared.kill();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.running = None;
        #[cfg(unix)]
        if let Place::Unix(path) = &self.place {
            // Fails only where somebody else has taken it away.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The URL of `path` at `authority`.
pub(crate) fn url(scheme: &str, authority: impl Display, path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{authority}{slash}{path}")
}

/// Accepts for ever.
async fn accept(listener: &Listener, shared: Arc<Shared>, acceptor: Option<TlsAcceptor>) {
    let mut protocol = http1::Builder::new();
    protocol.title_case_headers(true);
    loop {
        match listener.accept().await {
            Ok((socket, _)) if shared.conduct.refuses() => {
                shared.counts.refused();
                socket.set_reset();
            }
            Ok((socket, client)) => {
                let connection = Connection::new(socket, client, Arc::clone(&shared));
                tokio::spawn(connection.serve(acceptor.clone(), protocol.clone()));
            }
            Err(_) => tokio::select! {
                () = shared.counts.closed() => {}
                () = tokio::time::sleep(REST) => {}
            },
        }
    }
}
