//! A job done by a session's `map`, with all that a session does by default.

use sortie::{Error, Response, Session, Tls};

use crate::{Job, Tally, Urls, tls};

/// The session that does a job: with all its defaults, but for whom it trusts where the job names that, and for a field
/// that has the server close each connection where that is asked for.
///
/// Fails where the certificates cannot be read.
pub fn home(job: &Job) -> Result<Session, crate::Error> {
    let mut home = Session::builder();
    if let Some(file) = job.value(tls::CA.0) {
        let fault = |source: Box<dyn std::error::Error + Send + Sync>| crate::Error::Authorities {
            file: file.to_owned(),
            source,
        };
        let trusted = Tls::builder().alpn(["http/1.1"]).roots_file(file).build();
        home = home.tls(trusted.map_err(|error| fault(error.into()))?);
    }
    if job.has(tls::NO_KEEP_ALIVE.0) {
        home = home.header("Connection", "close");
    }
    home.build().map_err(|source| crate::Error::Session { source })
}

/// Sends the job's requests to these URLs; gives the outcomes in their order.
pub fn map(session: &Session, job: &Job, urls: &Urls<'_>) -> Vec<Result<Response, Error>> {
    session.batch().concurrency(job.concurrency).map((0..job.count).map(|index| session.get(urls.at(index))))
}

/// Counts the outcomes.
pub fn tally(outcomes: &[Result<Response, Error>]) -> Tally {
    let mut tally = Tally::default();
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(response) => tally.add(index, response.status().as_u16(), response.content().len()),
            Err(error) => tally.fail(index, error),
        }
    }
    tally
}
