//! Sends requests by a session's `map`, keeps every response, and says what that cost.

use std::process::ExitCode;

use sortie::Session;
use sortie_benches::{DIFFERENT, Error, Job, Meter, Program, Report, session};

const PROGRAM: Program =
    Program { name: "sender", options: &[DIFFERENT], later: &["--ca", "--no-keep-alive", "--http2", "--threads"] };

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let (home, urls) = (Session::new(), job.urls());
    let meter = Meter::start();
    let outcomes = session::map(&home, job, &urls);
    let spent = meter.stop()?;
    Ok(Report { requests: job.count, tally: session::tally(&outcomes), spent })
}
