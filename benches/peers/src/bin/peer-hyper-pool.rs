//! Sends requests by hyper-util's pooled client, asked by as many tasks as the concurrency.

use std::process::ExitCode;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answer, on_one_thread};

const COPY: &str = "--copy";

const PROGRAM: Program = Program {
    name: "peer-hyper-pool",
    options: &[(COPY, "copy each content into memory of its size, and let go of the read buffer that it lies in")],
    later: &[],
};

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let url: Uri = job.url.parse().map_err(|_| Error::Target { url: job.url.clone() })?;
    let copy = job.has(COPY);
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    on_one_thread(job, |answers| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            while let Some(index) = answers.take() {
                answers.put(index, fetch(&client, &url, copy).await);
            }
        }
    })
}

async fn fetch(client: &Client<HttpConnector, Empty<Bytes>>, url: &Uri, copy: bool) -> Answer<Bytes> {
    let response = client.get(url.clone()).await?;
    let status = response.status().as_u16();
    let content = response.into_body().collect().await?.to_bytes();
    Ok((status, if copy { Bytes::copy_from_slice(&content) } else { content }))
}
