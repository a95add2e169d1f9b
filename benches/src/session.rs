//! A job done by a session's `map`, with all that a session does by default.

use sortie::{Error, Response, Session};

use crate::{Job, Tally, Urls};

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
