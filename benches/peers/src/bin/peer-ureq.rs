//! Sends requests by ureq's `Agent`, asked by as many threads as the concurrency.

use std::process::ExitCode;
use std::thread;

use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answer, measure};
use ureq::Agent;
use ureq::http::Uri;

const PROGRAM: Program = Program { name: "peer-ureq", options: &[], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let url: Uri = job.url.parse().map_err(|_| Error::Target { url: job.url.clone() })?;
    let agent = Agent::new_with_config(
        Agent::config_builder()
            .max_idle_connections(job.concurrency)
            .max_idle_connections_per_host(job.concurrency)
            .http_status_as_error(false)
            .proxy(None)
            .build(),
    );
    measure(job, |answers| {
        thread::scope(|scope| {
            for _ in 0..job.concurrency.min(job.count) {
                let sender = || {
                    while let Some(index) = answers.take() {
                        answers.put(index, fetch(&agent, &url));
                    }
                };
                thread::Builder::new().spawn_scoped(scope, sender).map_err(|source| Error::Queue { source })?;
            }
            Ok(())
        })
    })
}

fn fetch(agent: &Agent, url: &Uri) -> Answer<Vec<u8>> {
    let mut response = agent.get(url.clone()).call()?;
    Ok((response.status().as_u16(), response.body_mut().read_to_vec()?))
}
