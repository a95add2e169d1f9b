//! One connection of the proper server, from its acceptance to its end.

use std::future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::counts::Connected;
use crate::delivery::Delivery;
use crate::fate::{Ending, Fate};
use crate::route::{self, Broken};
use crate::shared::Shared;
use crate::wire::{Heard, Wire};

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    wire: Wire,
    exchanges: Exchanges,
    // Dropped last: a connection counts as open until its socket is closed.
    open: Connected,
}

/// What the exchanges of one connection rest on.
#[derive(Debug)]
struct Exchanges {
    shared: Arc<Shared>,
    client: SocketAddr,
    heard: Heard,
    fate: Fate,
    responses: AtomicUsize,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, client: SocketAddr, shared: Arc<Shared>) -> Self {
        let open = shared.counts.connected();
        // Fails only where the client has gone already, which the first read will tell.
        let _ = stream.set_nodelay(true);
        let fate = Fate::default();
        let (wire, heard) = Wire::new(stream, fate.clone(), Arc::clone(&shared));
        Self { wire, exchanges: Exchanges { shared, client, heard, fate, responses: AtomicUsize::new(0) }, open }
    }

    /// Serves the connection to its end.
    pub(crate) async fn serve(self, protocol: http1::Builder) {
        let Self { wire, exchanges, open: _open } = self;
        let service = service_fn(|request| exchanges.answer(request));
        let mut served = protocol.serve_connection(TokioIo::new(wire), service);
        let ending = future::poll_fn(|cx| match Pin::new(&mut served).poll(cx) {
            // A client that goes in mid-exchange is what some tests are about: no fault of the server.
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => exchanges.fate.due().map_or(Poll::Pending, |ending| Poll::Ready(Some(ending))),
        })
        .await;
        let Some(ending) = ending else { return };
        let mut wire = served.into_parts().io.into_inner();
        exchanges.shared.conduct.did(ending);
        match ending {
            Ending::Stall => wire.discard().await,
            Ending::Cut => wire.finish().await,
            Ending::Drop => {}
        }
    }
}

impl Exchanges {
    /// Answers a request as the server's manners have it; fails only where its content did not come.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Delivery>, Broken> {
        let Shared { counts, conduct, rooms, .. } = &*self.shared;
        counts.requested();
        // After the last response comes nothing, also where the client has sent more already.
        if self.fate.decided() || conduct.stalls() {
            self.fate.decide(Ending::Stall);
            return future::pending().await;
        }
        let headless = request.method() == Method::HEAD;
        let mut answer = route::answer(request, self.client, &self.heard, rooms).await?;
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
