//! The raw server: a listener, and a thread for each connection.

use std::any::Any;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use super::channel::Channel;
use super::link::Links;
use super::peer::{Peer, Record};
use crate::listen::listen;
use crate::server::url;
use crate::tls::{self, TlsOptions};

/// A server on 127.0.0.1 that runs a script for each connection.
///
/// Dropping it shuts every connection, whatever its script is at, and joins all threads; a script that waits for
/// something else than its [`Peer`] is waited for. A script that panicked, by an assertion say, makes the drop panic with
/// the same payload, so that the test fails; an error that a script returns only ends its connection.
#[derive(Debug)]
pub struct RawServer {
    addr: SocketAddr,
    scheme: &'static str,
    listener: TcpListener,
    shared: Shared,
    thread: Option<JoinHandle<Ended>>,
}

/// What all threads of a server share.
#[derive(Clone, Debug)]
struct Shared {
    connections: Arc<AtomicUsize>,
    record: Record,
    links: Arc<Links>,
    tls: Option<Arc<ServerConfig>>,
}

/// How the threads of a server ended: well, or with the first panic.
type Ended = Result<(), Box<dyn Any + Send>>;

impl RawServer {
    /// Starts a server on a port the system picks. `script` is run in a thread of its own for each connection, which is
    /// closed when it returns.
    ///
    /// # Errors
    /// What the system said when there is no port, descriptor or thread to be had.
    pub fn start(script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static) -> io::Result<Self> {
        Self::begin(None, script)
    }

    /// Starts a server that speaks TLS; `script` is run after the handshake, and not if that fails.
    ///
    /// # Errors
    /// `InvalidInput` when the options hold no certificate or key, or some that do not fit; else as
    /// [`RawServer::start`].
    pub fn start_tls(
        options: TlsOptions,
        script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::begin(Some(tls::config(&options)?), script)
    }

    fn begin(
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let addr = listener.local_addr()?;
        let shared = Shared {
            connections: Arc::new(AtomicUsize::new(0)),
            record: Record::default(),
            links: Arc::new(Links::new()),
            tls,
        };
        let thread = thread::Builder::new().name("raw server".into()).spawn({
            let (listener, shared) = (listener.try_clone()?, shared.clone());
            move || accept(&listener, &shared, &Arc::new(script))
        })?;
        Ok(Self { addr, scheme, listener, shared, thread: Some(thread) })
    }

    /// Answers every request, head and content, with the same bytes, and keeps the connection.
    ///
    /// # Errors
    /// As [`RawServer::start`].
    pub fn answering(answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        Self::answers(vec![answer.into()])
    }

    /// Answers the first request of every connection with these bytes, then closes it.
    ///
    /// # Errors
    /// As [`RawServer::start`].
    pub fn answering_once(answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        let answer = answer.into();
        Self::start(move |peer| match peer.read_request()? {
            Some(_) => peer.write(&answer),
            None => Ok(()),
        })
    }

    /// Answers the first request, of whatever connection, with the first of `list`, the second with the second and so
    /// on; the last is repeated. Connections are kept.
    ///
    /// # Errors
    /// `InvalidInput` when there is no answer in `list`; else as [`RawServer::start`].
    pub fn answers(list: Vec<Vec<u8>>) -> io::Result<Self> {
        if list.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no answer to give"));
        }
        let next = AtomicUsize::new(0);
        Self::start(move |peer| {
            while peer.read_request()?.is_some() {
                let index = next.fetch_add(1, Ordering::SeqCst).min(list.len() - 1);
                peer.write(&list[index])?;
            }
            Ok(())
        })
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL of `path` on this server; a `/` is put before a path without one.
    pub fn url(&self, path: &str) -> String {
        url(self.scheme, self.addr, path)
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Every request so far as the bytes that came, in the order in which their heads were complete.
    ///
    /// Content is there when the script has read all of it, or when it was cut off.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.shared.record.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.shared.links.end();
        // Linux wakes `accept` by this; elsewhere it fails, and a connection does.
        if SockRef::from(&self.listener).shutdown(Shutdown::Both).is_err() {
            let _ = TcpStream::connect(self.addr);
        }
        if let Some(thread) = self.thread.take()
            && let Ok(Err(panicked)) | Err(panicked) = thread.join()
            && !thread::panicking()
        {
            panic::resume_unwind(panicked);
        }
    }
}

/// Accepts until the server ends, then waits for the scripts.
fn accept<S>(listener: &TcpListener, shared: &Shared, script: &Arc<S>) -> Ended
where
    S: Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
{
    let mut ended = Ok(());
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    loop {
        let accepted = listener.accept();
        if shared.links.ended() {
            break;
        }
        for thread in threads.extract_if(.., |thread| thread.is_finished()) {
            ended = ended.and(thread.join());
        }
        match accepted {
            // No thread, no descriptor: the client sees its connection closed.
            Ok((stream, _)) => threads.extend(run(stream, shared, script).ok()),
            Err(_) => thread::yield_now(),
        }
    }
    threads.into_iter().fold(ended, |ended, thread| ended.and(thread.join()))
}

/// Runs the script on a connection, in a thread.
fn run<S>(stream: TcpStream, shared: &Shared, script: &Arc<S>) -> io::Result<JoinHandle<()>>
where
    S: Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
{
    let number = shared.connections.fetch_add(1, Ordering::SeqCst);
    // Fails only where the client has gone already, which the script will see.
    let _ = stream.set_nodelay(true);
    let channel = match &shared.tls {
        None => Channel::Plain(stream),
        Some(config) => {
            let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            Channel::Secure(Box::new(StreamOwned::new(connection, stream)))
        }
    };
    let mut peer = Peer::new(number, shared.links.enter(number, channel)?, Arc::clone(&shared.record));
    let script = Arc::clone(script);
    thread::Builder::new().name(format!("raw server, connection {number}")).spawn(move || {
        // An error mostly says that the client has gone, which is what some tests are about.
        let _ = peer.open().and_then(|()| script(&mut peer));
    })
}
