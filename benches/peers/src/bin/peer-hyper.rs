//! Sends requests by hyper's bare connections, over TLS by tokio-rustls, each asked by a task of its own.

use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, HOST, HeaderValue};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use sortie_benches::tls::{self, CA, NO_KEEP_ALIVE};
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answers, Failure, on_one_thread};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

const COPY: &str = "--copy";

const PROGRAM: Program = Program {
    name: "peer-hyper",
    options: &[
        (COPY, "copy each content into memory of its size, and let go of the read buffer that it lies in"),
        CA,
        NO_KEEP_ALIVE,
    ],
    later: &[],
};

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let way = Arc::new(Way::new(job)?);
    on_one_thread(job, |answers| converse(answers, Arc::clone(&way)))
}

/// Where all requests go, and how.
struct Way {
    authority: Authority,
    path: PathAndQuery,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    keep_alive: bool,
    copy: bool,
}

impl Way {
    fn new(job: &Job) -> Result<Self, Error> {
        let fault = || Error::Target { url: job.url.clone() };
        let url: Uri = job.url.parse().map_err(|_| fault())?;
        let authority = url.authority().ok_or_else(fault)?.clone();
        let tls = if url.scheme() == Some(&Scheme::HTTPS) {
            let host: IpAddr = authority.host().parse().map_err(|_| fault())?;
            Some((TlsConnector::from(Arc::new(tls::config(job)?)), host.into()))
        } else {
            None
        };
        let path = url.path_and_query().ok_or_else(fault)?.clone();
        Ok(Way { authority, path, tls, keep_alive: !job.has(NO_KEEP_ALIVE.0), copy: job.has(COPY) })
    }

    async fn connect(&self) -> Result<SendRequest<Empty<Bytes>>, Failure> {
        let port = self.authority.port_u16().unwrap_or(if self.tls.is_some() { 443 } else { 80 });
        let stream = TcpStream::connect((self.authority.host(), port)).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            Some((connector, name)) => speak(connector.connect(name.clone(), stream).await?).await,
            None => speak(stream).await,
        }
    }

    async fn exchange(&self, sender: &mut SendRequest<Empty<Bytes>>) -> Result<(StatusCode, Bytes), Failure> {
        sender.ready().await?;
        let mut request = Request::get(self.path.as_str()).header(HOST, self.authority.as_str()).body(Empty::new())?;
        if !self.keep_alive {
            request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let response = sender.send_request(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}

/// Sends on one connection at a time: a new one where the last one failed or is not to be kept.
async fn converse(answers: Arc<Answers<Bytes>>, way: Arc<Way>) {
    let mut connection = None;
    while let Some(index) = answers.take() {
        let mut sender = match connection.take() {
            Some(sender) => sender,
            None => match way.connect().await {
                Ok(sender) => sender,
                Err(error) => {
                    answers.put(index, Err(error));
                    continue;
                }
            },
        };
        match way.exchange(&mut sender).await {
            Ok((status, content)) => {
                let content = if way.copy { Bytes::copy_from_slice(&content) } else { content };
                answers.put(index, Ok((status.as_u16(), content)));
                connection = way.keep_alive.then_some(sender);
            }
            Err(error) => answers.put(index, Err(error)),
        }
    }
}

async fn speak<S>(stream: S) -> Result<SendRequest<Empty<Bytes>>, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Its error reaches the one who asks, through the sender.
    tokio::spawn(async { connection.await.ok() });
    Ok(sender)
}
