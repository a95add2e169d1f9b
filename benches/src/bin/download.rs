//! Downloads content one after another through a streamed response's `Read`, keeps nothing, and says what that cost.

use std::io::Read;
use std::process::ExitCode;

use sortie_benches::{Error, Job, Meter, Program, Report, Tally, session, tls};

const PIECE: (&str, &str) = ("--piece BYTES", "how many bytes are read at once (65536)");
const CHUNKS: (&str, &str) = ("--chunks", "takes the pieces as they come instead");
const PROGRAM: Program = Program { name: "download", options: &[PIECE, CHUNKS, tls::CA], later: &[] };

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<Report, Error> {
    let home = session::home(job)?;
    let piece = job.value(PIECE.0).map_or(Ok(64 * 1024), str::parse);
    let piece =
        piece.map_err(|_| Error::Number { what: "BYTES", text: job.value(PIECE.0).unwrap_or_default().into() })?;
    let (mut buffer, mut tally) = (vec![0; piece], Tally::default());
    let meter = Meter::start();
    for index in 0..job.count {
        match download(&home, job, &mut buffer) {
            Ok((status, length)) => tally.add(index, status, length),
            Err(error) => tally.fail(index, &*error),
        }
    }
    Ok(Report { requests: job.count, tally, spent: meter.stop()? })
}

fn download(
    home: &sortie::Session,
    job: &Job,
    buffer: &mut [u8],
) -> Result<(u16, usize), Box<dyn std::error::Error + Send + Sync>> {
    let mut response = home.get(&job.url).stream()?;
    let (status, mut length) = (response.status().as_u16(), 0);
    if job.has(CHUNKS.0) {
        while let Some(chunk) = response.chunk()? {
            length += chunk.len();
        }
        return Ok((status, length));
    }
    loop {
        match response.read(buffer)? {
            0 => return Ok((status, length)),
            count => length += count,
        }
    }
}
