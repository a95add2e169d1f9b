//! Sends requests by reqwest's `Client`, asked by as many tasks as the concurrency.

use std::io;
use std::process::ExitCode;

use bytes::Bytes;
use reqwest::header::{CONNECTION, HeaderValue};
use reqwest::{Certificate, Client, Url};
use sortie_benches::tls::{self, CA, NO_KEEP_ALIVE};
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answer, on_one_thread};

const PROGRAM: Program = Program { name: "peer-reqwest", options: &[CA, NO_KEEP_ALIVE], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let url = Url::parse(&job.url).map_err(|_| Error::Target { url: job.url.clone() })?;
    let fault = |error| Error::Queue { source: io::Error::other(error) };
    let keep_alive = !job.has(NO_KEEP_ALIVE.0);
    // Without certificates of our own it would look for the system's, which cost much.
    let trusted = if url.scheme() == "https" {
        Certificate::from_pem_bundle(&tls::authorities(job)?).map_err(fault)?
    } else {
        Vec::new()
    };
    let mut client = Client::builder().no_proxy().tls_certs_only(trusted);
    if !keep_alive {
        client = client.pool_max_idle_per_host(0);
    }
    let client = client.build().map_err(fault)?;
    on_one_thread(job, |answers| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            while let Some(index) = answers.take() {
                answers.put(index, fetch(&client, &url, keep_alive).await);
            }
        }
    })
}

async fn fetch(client: &Client, url: &Url, keep_alive: bool) -> Answer<Bytes> {
    let mut request = client.get(url.clone());
    if !keep_alive {
        request = request.header(CONNECTION, HeaderValue::from_static("close"));
    }
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.bytes().await?))
}
