//! Sends requests by ureq's `Agent`, asked by as many threads as the concurrency.

use std::process::ExitCode;
use std::thread;

use sortie_benches::tls::{self, CA, NO_KEEP_ALIVE};
use sortie_benches::{Error, Job, Program, Report};
use sortie_peers::{Answer, measure};
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

const PROGRAM: Program = Program { name: "peer-ureq", options: &[CA, NO_KEEP_ALIVE], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(send)
}

fn send(job: &Job) -> Result<Report, Error> {
    let url: Uri = job.url.parse().map_err(|_| Error::Target { url: job.url.clone() })?;
    let keep_alive = !job.has(NO_KEEP_ALIVE.0);
    let idle = if keep_alive { job.concurrency } else { 0 };
    let mut config = Agent::config_builder()
        .max_idle_connections(idle)
        .max_idle_connections_per_host(idle)
        .http_status_as_error(false)
        .proxy(None);
    if url.scheme_str() == Some("https") {
        config = config.tls_config(TlsConfig::builder().root_certs(roots(job)?).build());
    }
    let agent = Agent::new_with_config(config.build());
    measure(job, |answers| {
        thread::scope(|scope| {
            for _ in 0..job.concurrency.min(job.count) {
                let sender = || {
                    while let Some(index) = answers.take() {
                        answers.put(index, fetch(&agent, &url, keep_alive));
                    }
                };
                thread::Builder::new().spawn_scoped(scope, sender).map_err(|source| Error::Queue { source })?;
            }
            Ok(())
        })
    })
}

fn roots(job: &Job) -> Result<RootCerts, Error> {
    let mut roots = Vec::new();
    for item in parse_pem(&tls::authorities(job)?) {
        match item {
            Ok(PemItem::Certificate(certificate)) => roots.push(certificate),
            Ok(_) => {}
            Err(error) => {
                let file = job.value(CA.0).unwrap_or_default().to_owned();
                return Err(Error::Authorities { file, source: error.into() });
            }
        }
    }
    Ok(RootCerts::new_with_certs(&roots))
}

fn fetch(agent: &Agent, url: &Uri, keep_alive: bool) -> Answer<Vec<u8>> {
    let mut request = agent.get(url.clone());
    if !keep_alive {
        request = request.header("Connection", "close");
    }
    let mut response = request.call()?;
    Ok((response.status().as_u16(), response.body_mut().read_to_vec()?))
}
