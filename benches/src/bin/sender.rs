//! Sends requests by a session's `map`, keeps every response, and says what that cost.

use std::process::ExitCode;

use sortie::Session;
use sortie_benches::{Error, Job, Meter, Program, Report, Tally};

const PROGRAM: Program =
    Program { name: "sender", options: &[], later: &["--insecure", "--no-keepalive", "--http2", "--threads"] };

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let session = Session::new();
    let meter = Meter::start();
    let outcomes = session.batch().concurrency(job.concurrency).map((0..job.count).map(|_| session.get(&job.url)));
    let spent = meter.stop()?;
    let mut tally = Tally::default();
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(response) => tally.add(index, response.status().as_u16(), response.content().len()),
            Err(error) => tally.fail(index, error),
        }
    }
    Ok(Report { requests: job.count, tally, spent })
}
