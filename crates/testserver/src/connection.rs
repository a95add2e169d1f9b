//! One connection of the proper server, from its acceptance to its end.

use std::future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use crate::broken::Broken;
use crate::counts::Connected;
use crate::delivery::Delivery;
use crate::fate::{Ending, Fate};
use crate::interim::Interim;
use crate::route;
use crate::shared::Shared;
use crate::socket::Socket;
use crate::tls::Secured;
use crate::upgrade;
use crate::visitor::Visitor;
use crate::wire::{Heard, Wire};

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: Box<dyn Socket>,
    client: Option<IpAddr>,
    shared: Arc<Shared>,
    // Dropped last: a connection counts as open until its socket is closed.
    open: Connected,
}

/// What the exchanges of one connection rest on.
#[derive(Debug)]
struct Exchanges {
    shared: Arc<Shared>,
    visitor: Arc<Visitor>,
    heard: Heard,
    interim: Interim,
    fate: Fate,
    responses: AtomicUsize,
}

impl Connection {
    pub(crate) fn new(socket: Box<dyn Socket>, client: Option<IpAddr>, shared: Arc<Shared>) -> Self {
        let open = shared.counts.connected();
        Self { socket, client, shared, open }
    }

    /// Serves the connection to its end, in TLS if there is an acceptor.
    pub(crate) async fn serve(self, acceptor: Option<TlsAcceptor>, protocol: http1::Builder) {
        let Self { socket, client, shared, open: _open } = self;
        let (socket, secured) = match acceptor {
            None => (socket, None),
            Some(acceptor) => match secure(socket, &acceptor, &shared).await {
                Some((socket, secured)) => (socket, Some(secured)),
                None => return,
            },
        };
        let fate = Fate::default();
        let interim = Interim::default();
        let (wire, heard) = Wire::new(socket, fate.clone(), interim.clone(), Arc::clone(&shared));
        let visitor = Arc::new(Visitor { address: client, secured });
        let exchanges = Exchanges { shared, visitor, heard, interim, fate, responses: AtomicUsize::new(0) };
        exchanges.run(wire, protocol).await;
    }
}

impl Exchanges {
    /// Lets hyper run the exchanges until it is done or their fate takes the connection from it, and ends it then.
    async fn run(&self, wire: Wire, protocol: http1::Builder) {
        let service = service_fn(|request| self.answer(request));
        let mut served = protocol.serve_connection(TokioIo::new(wire), service);
        let ending = future::poll_fn(|cx| match Pin::new(&mut served).poll(cx) {
            // A client that goes in mid-exchange is what some tests are about: no fault of the server.
            Poll::Ready(_) => Poll::Ready(self.fate.due().filter(|ending| matches!(ending, Ending::Upgrade))),
            Poll::Pending => self.fate.due().map_or(Poll::Pending, |ending| Poll::Ready(Some(ending))),
        })
        .await;
        let Some(ending) = ending else { return };
        let parts = served.into_parts();
        let mut wire = parts.io.into_inner();
        self.shared.conduct.did(ending);
        match ending {
            Ending::Stall => wire.discard().await,
            Ending::Cut => wire.finish().await,
            // These fail only where the client has gone already.
            Ending::Drop => drop(wire.shutdown().await),
            Ending::Upgrade => drop(upgrade::echo(&mut wire, &parts.read_buf).await),
        }
    }

    /// Answers a request as the server's manners have it; fails only where its content did not come.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Delivery>, Broken> {
        let Shared { counts, conduct, .. } = &*self.shared;
        counts.requested();
        // After the last response comes nothing, also where the client has sent more already.
        if self.fate.decided() || conduct.stalls() {
            self.fate.decide(Ending::Stall);
            return future::pending().await;
        }
        let headless = request.method() == Method::HEAD;
        let mut answer = route::answer(request, &self.visitor, &self.heard, &self.interim, &self.shared).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            self.fate.decide(Ending::Upgrade);
            return Ok(answer.map(Delivery::Whole));
        }
        if conduct.closes() {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let number = self.responses.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(answer.map(|content| {
            if !headless && !content.is_empty() && conduct.cuts() {
                Delivery::cut(content, self.fate.clone())
            } else if conduct.drops(number) {
                Delivery::last(content, self.fate.clone())
            } else {
                Delivery::Whole(content)
            }
        }))
    }
}

/// Shakes hands and counts how that ended; `None` if it failed, once the client has heard why.
async fn secure(
    socket: Box<dyn Socket>,
    acceptor: &TlsAcceptor,
    shared: &Shared,
) -> Option<(Box<dyn Socket>, Secured)> {
    match acceptor.accept(socket).into_fallible().await {
        Ok(stream) => {
            let secured = Secured::of(stream.get_ref().1);
            shared.counts.shook_hands(secured.resumed);
            Some((Box::new(stream), secured))
        }
        Err((_, mut socket)) => {
            shared.counts.failed_to_shake_hands();
            // Closed with octets unread, the socket would send a reset, and the alert might be lost.
            let _ = socket.shutdown().await;
            let _ = tokio::io::copy(&mut socket, &mut tokio::io::sink()).await;
            None
        }
    }
}
