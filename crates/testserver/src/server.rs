//! The proper server: a listener, a thread, and one task a connection.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::counts::Counts;
use crate::route;
use crate::wire::Wire;

/// How long accepting rests after it failed, out of descriptors most likely.
const REST: Duration = Duration::from_millis(10);

/// An httpbin on loopback; its routes stand on the [crate's page](crate).
///
/// It runs on one thread of its own, with `TCP_NODELAY` and keep-alive on. Dropping it stops accepting, closes every
/// connection, also one in mid-answer, and joins the thread.
#[derive(Debug)]
pub struct TestServer {
    addr: SocketAddr,
    counts: Arc<Counts>,
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
        let listener = std::net::TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let counts = Arc::new(Counts::default());
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("testserver".into()).spawn({
            let counts = Arc::clone(&counts);
            // The runtime is dropped at the end, and with it every task and its connection.
            move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, counts) => {}
                        _ = stopped => {}
                    }
                });
            }
        })?;
        Ok(Self { addr, counts, running: Some(Running { stop, thread }) })
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
        self.counts.accepted()
    }

    /// Connections that are open now, as this end sees it: one that the client closed counts until that was noticed.
    pub fn open_connections(&self) -> usize {
        self.counts.open()
    }

    /// The most connections that were open at the same time.
    pub fn most_connections(&self) -> usize {
        self.counts.most()
    }

    /// Requests so far, counted when their head has come.
    pub fn requests(&self) -> usize {
        self.counts.requests()
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
async fn accept(listener: TcpListener, counts: Arc<Counts>) {
    let mut protocol = http1::Builder::new();
    protocol.title_case_headers(true);
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                tokio::spawn(serve(protocol.clone(), stream, client, Arc::clone(&counts)));
            }
            Err(_) => tokio::time::sleep(REST).await,
        }
    }
}

/// Serves one connection to its end.
async fn serve(protocol: http1::Builder, stream: TcpStream, client: SocketAddr, counts: Arc<Counts>) {
    let _open = counts.connected();
    // Fails only where the client has gone already, which the first read will tell.
    let _ = stream.set_nodelay(true);
    let (wire, heard) = Wire::new(stream);
    let service = service_fn(|request| {
        counts.requested();
        route::answer(request, client, &heard)
    });
    // A client that goes in mid-exchange is what some tests are about: no fault of the server.
    let _ = protocol.serve_connection(TokioIo::new(wire), service).await;
}
