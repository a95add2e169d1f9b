//! Sends requests by hyper's bare connections, each asked by a task of its own.

use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper::http::uri::{Authority, PathAndQuery};
use hyper::{StatusCode, Uri};
use hyper_util::rt::TokioIo;
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answers, Failure, on_one_thread};
use tokio::net::TcpStream;

const COPY: &str = "--copy";

const PROGRAM: Program = Program {
    name: "peer-hyper",
    options: &[(COPY, "copy each content into memory of its size, and let go of the read buffer that it lies in")],
    later: &[],
};

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let fault = || Error::Target { url: job.url.clone() };
    let url: Uri = job.url.parse().map_err(|_| fault())?;
    let authority = url.authority().ok_or_else(fault)?;
    let path = url.path_and_query().ok_or_else(fault)?;
    let copy = job.has(COPY);
    on_one_thread(job, |answers| converse(answers, authority.clone(), path.clone(), copy))
}

/// Sends on one connection at a time: a new one where the last one failed.
async fn converse(answers: Arc<Answers<Bytes>>, authority: Authority, path: PathAndQuery, copy: bool) {
    let mut connection = None;
    while let Some(index) = answers.take() {
        let mut sender = match connection.take() {
            Some(sender) => sender,
            None => match connect(&authority).await {
                Ok(sender) => sender,
                Err(error) => {
                    answers.put(index, Err(error));
                    continue;
                }
            },
        };
        match exchange(&mut sender, &authority, &path).await {
            Ok((status, content)) => {
                let content = if copy { Bytes::copy_from_slice(&content) } else { content };
                answers.put(index, Ok((status.as_u16(), content)));
                connection = Some(sender);
            }
            Err(error) => answers.put(index, Err(error)),
        }
    }
}

async fn connect(authority: &Authority) -> Result<SendRequest<Empty<Bytes>>, Failure> {
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Its error reaches the one who asks, through the sender.
    tokio::spawn(async { connection.await.ok() });
    Ok(sender)
}

async fn exchange(
    sender: &mut SendRequest<Empty<Bytes>>,
    authority: &Authority,
    path: &PathAndQuery,
) -> Result<(StatusCode, Bytes), Failure> {
    sender.ready().await?;
    let request = Request::get(path.as_str()).header(HOST, authority.as_str()).body(Empty::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}
