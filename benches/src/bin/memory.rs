//! Sends requests through the engine in memory: what a client costs without a kernel, and without a session.

use std::process::ExitCode;

use sortie_benches::{DIFFERENT, Error, Job, Meter, Program, Report, memory};

const PROGRAM: Program = Program { name: "memory", options: &[DIFFERENT], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let urls = job.urls();
    let meter = Meter::start();
    let (tally, kept) = memory::run(job, &urls)?;
    let spent = meter.stop()?;
    drop(kept);
    Ok(Report { requests: job.count, tally, spent })
}
