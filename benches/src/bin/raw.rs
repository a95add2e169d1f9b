//! Sends requests by the smallest loop there is: the limit that `sender` is measured against.

use std::process::ExitCode;

use sortie_benches::{Error, INFLATE, Job, Meter, Program, Report, limit, tls};

const KEEP: &str = "--keep";

const PROGRAM: Program = Program {
    name: "raw",
    options: &[
        (KEEP, "keep status and content of every response, as sender does; else they are only counted"),
        INFLATE,
        tls::CA,
        tls::NO_KEEP_ALIVE,
    ],
    later: &[],
};

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let meter = Meter::start();
    let (tally, kept) = limit::run(job, job.has(KEEP))?;
    let spent = meter.stop()?;
    drop(kept);
    Ok(Report { requests: job.count, tally, spent })
}
