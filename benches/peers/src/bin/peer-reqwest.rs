//! Sends requests by reqwest's `Client`, asked by as many tasks as the concurrency.

use std::io;
use std::process::ExitCode;

use bytes::Bytes;
use reqwest::{Client, Url};
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answer, on_one_thread};

const PROGRAM: Program = Program { name: "peer-reqwest", options: &[], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let url = Url::parse(&job.url).map_err(|_| Error::Target { url: job.url.clone() })?;
    let client =
        Client::builder().no_proxy().build().map_err(|error| Error::Queue { source: io::Error::other(error) })?;
    on_one_thread(job, |answers| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            while let Some(index) = answers.take() {
                answers.put(index, fetch(&client, &url).await);
            }
        }
    })
}

async fn fetch(client: &Client, url: &Url) -> Answer<Bytes> {
    let response = client.get(url.clone()).send().await?;
    Ok((response.status().as_u16(), response.bytes().await?))
}
