//! Sends requests by a session's `map`, keeps every response, and says what that cost.

use std::process::ExitCode;

use sortie_benches::{DIFFERENT, Error, Job, Meter, Program, Report, session, tls};

const PROGRAM: Program =
    Program { name: "sender", options: &[DIFFERENT, tls::CA, tls::NO_KEEP_ALIVE], later: &["--http2", "--threads"] };

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let (home, urls) = (session::home(job)?, job.urls());
    let meter = Meter::start();
    let outcomes = session::map(&home, job, &urls);
    let spent = meter.stop()?;
    Ok(Report { requests: job.count, tally: session::tally(&outcomes), spent })
}
