//! The HTTP proxy: tunnels, and requests that are passed on.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, UPGRADE,
    VIA,
};
use hyper::http::uri::Scheme;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri, client, upgrade};
use hyper_util::rt::TokioIo;

use super::reach::Reach;
use super::{Asked, ProxyFault, ProxyRequest};
use crate::socket::Socket;

/// A response and its content, ours or another's.
type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// Serves a connection to its end.
pub(super) async fn serve(client: Box<dyn Socket>, reach: Arc<Reach>) {
    let service = service_fn(|request| answer(request, Arc::clone(&reach)));
    let mut protocol = http1::Builder::new();
    protocol.title_case_headers(true);
    // A client that goes in mid-exchange is what some tests are about.
    let _ = protocol.serve_connection(TokioIo::new(client), service).with_upgrades().await;
}

async fn answer(request: Request<Incoming>, reach: Arc<Reach>) -> Result<Answer, hyper::Error> {
    let asked = ProxyRequest::http(&request);
    let number = reach.remember(asked.clone());
    if !reach.admits(asked.credentials.as_ref()) {
        let mut refusal = plain(StatusCode::PROXY_AUTHENTICATION_REQUIRED, "the proxy wants to know who asks\n");
        refusal.headers_mut().insert(PROXY_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"test proxy\""));
        return Ok(refusal);
    }
    if let Some(ProxyFault::Reply(_)) = reach.fault() {
        return Ok(plain(StatusCode::BAD_GATEWAY, "the proxy was told to refuse\n"));
    }
    let forwards = request.uri().scheme() == Some(&Scheme::HTTP);
    if !(asked.asked == Asked::Connect || asked.asked == Asked::Forward && forwards) {
        return Ok(plain(StatusCode::BAD_REQUEST, "neither CONNECT nor an http URL\n"));
    }
    let server = match reach.connect(&asked.host, asked.port).await {
        Ok(server) => server,
        Err(error) => return Ok(unreachable(&asked, &error)),
    };
    if asked.asked == Asked::Connect {
        tokio::spawn(async move {
            // Fails only where the client has gone already.
            if let Ok(client) = upgrade::on(request).await {
                reach.carry(number, TokioIo::new(client), server).await;
            }
        });
        return Ok(Response::new(Full::default().map_err(|never| match never {}).boxed()));
    }
    let (mut sender, connection) =
        client::conn::http1::Builder::new().title_case_headers(true).handshake(TokioIo::new(server)).await?;
    // Its error reaches the one who asks, through the sender.
    tokio::spawn(async { connection.await.ok() });
    match sender.send_request(onwards(request)).await {
        Ok(mut response) => {
            strip(response.headers_mut());
            Ok(response.map(BodyExt::boxed))
        }
        Err(error) => Ok(unreachable(&asked, &io::Error::other(error))),
    }
}

/// The request as the server is to see it: in origin form, and without what was meant for the proxy.
fn onwards(mut request: Request<Incoming>) -> Request<Incoming> {
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    strip(request.headers_mut());
    request.headers_mut().append(VIA, HeaderValue::from_static("1.1 sortie-testserver"));
    request
}

/// Removes the fields that are of one connection only (RFC 9110, section 7.6.1).
fn strip(fields: &mut HeaderMap) {
    let listed: Vec<HeaderName> = fields
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let always = [CONNECTION, PROXY_AUTHORIZATION, PROXY_AUTHENTICATE, TE, UPGRADE];
    let unregistered = ["proxy-connection", "keep-alive"].map(HeaderName::from_static);
    for name in listed.iter().chain(&always).chain(&unregistered) {
        fields.remove(name);
    }
}

fn unreachable(asked: &ProxyRequest, error: &io::Error) -> Answer {
    plain(StatusCode::BAD_GATEWAY, &format!("cannot reach {}:{}: {error}\n", asked.host, asked.port))
}

fn plain(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Full::from(text.to_owned()).map_err(|never| match never {}).boxed());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
