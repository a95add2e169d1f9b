//! The proper server: a listener, a thread, and one task a connection.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::connection::Connection;
use crate::listen::listen;
use crate::manners::{Manners, Misdeeds};
use crate::shared::Shared;
use crate::wire;

/// The longest that accepting rests after it failed, out of descriptors most likely; others may give some back, too.
const REST: Duration = Duration::from_millis(10);

/// An httpbin on loopback; its routes stand on the [crate's page](crate).
///
/// It runs on one thread of its own, with `TCP_NODELAY` and keep-alive on. Out of descriptors, it leaves clients in
/// the system's queue until a connection closes. Dropping it stops accepting, closes every connection, also one in
/// mid-answer, and joins the thread.
#[derive(Debug)]
pub struct TestServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    running: Option<Running>,
}

/// What ends the server: its thread returns once `stop` is gone.
#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
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
        Self::begin(addr, Manners::default())
    }

    /// Starts a server that misbehaves, on 127.0.0.1, on a port the system picks.
    ///
    /// # Errors
    /// As [`TestServer::start`].
    pub fn start_with(manners: Manners) -> io::Result<Self> {
        Self::begin(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), manners)
    }

    fn begin(addr: SocketAddr, manners: Manners) -> io::Result<Self> {
        let listener = listen(addr)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let shared = Arc::new(Shared::new(manners));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("testserver".into()).spawn({
            let shared = Arc::clone(&shared);
            // The runtime is dropped at the end, and with it every task and its connection.
            move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(&listener, shared) => {}
                        _ = stopped => {}
                    }
                    // Closing would not do where a process that was forked just now still has the descriptor. Fails
                    // only where the system knows no such end; there the closing is all.
                    let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
                });
            }
        })?;
        Ok(Self { addr, shared, running: Some(Running { stop, thread }) })
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL of `path` (and query) on this server; a `/` is put before a path without one.
    pub fn url(&self, path: &str) -> String {
        url(self.addr, path)
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

    /// Requests that wait at `/hold` now; one whose client has gone counts until that was noticed.
    pub fn held(&self) -> usize {
        self.shared.rooms.held()
    }

    /// Answers all requests that wait at `/hold` now, and says how many those are; later ones wait for the next release.
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
        if let Some(Running { stop, thread }) = self.running.take() {
            drop(stop);
            // A panic there was printed there; the server is gone either way.
            let _ = thread.join();
        }
    }
}

/// The URL of `path` at `addr`.
pub(crate) fn url(addr: SocketAddr, path: &str) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("http://{addr}{slash}{path}")
}

/// Accepts for ever.
async fn accept(listener: &TcpListener, shared: Arc<Shared>) {
    let mut protocol = http1::Builder::new();
    protocol.title_case_headers(true);
    loop {
        match listener.accept().await {
            Ok((stream, _)) if shared.conduct.refuses() => {
                shared.counts.refused();
                wire::set_reset(&stream);
            }
            Ok((stream, client)) => {
                let connection = Connection::new(stream, client, Arc::clone(&shared));
                tokio::spawn(connection.serve(protocol.clone()));
            }
            Err(_) => tokio::select! {
                () = shared.counts.closed() => {}
                () = tokio::time::sleep(REST) => {}
            },
        }
    }
}
