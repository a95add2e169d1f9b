//! Sends one large body, and says what that cost; or swallows what is sent.
//!
//! ```text
//! upload sink                            listens on a port of 127.0.0.1, prints its URL, and swallows what is sent
//! upload URL file PATH                   sends a file
//! upload URL reader|sized BYTES          sends what a reader gives, in chunks or with its length
//! upload URL bytes BYTES                 sends bytes that are in memory
//! ```
//!
//! Prints one line of JSON: seconds of the clock and of the processor (user and system), and the peak of resident memory.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use sortie::BodyArgument;
use sortie_benches::Meter;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["sink"] => sink().map_err(Into::into),
        [url, kind, what] => send(url, kind, what),
        _ => Err("usage: upload sink | upload URL file PATH | upload URL bytes|reader|sized BYTES".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("upload: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn send(url: &str, kind: &str, what: &str) -> Result<(), Box<dyn Error>> {
    let reader = || -> Result<_, Box<dyn Error>> { Ok(io::repeat(b'x').take(what.parse()?)) };
    let body = match kind {
        "file" => BodyArgument::file_path(what),
        "bytes" => BodyArgument::bytes(vec![b'x'; what.parse()?]),
        "reader" => BodyArgument::reader(reader()?),
        "sized" => BodyArgument::sized_reader(reader()?, what.parse()?),
        _ => return Err(format!("no body is a `{kind}`").into()),
    };
    let request = sortie::put(url).body(body).first_byte_timeout(None);
    let meter = Meter::start();
    let response = request.send()?;
    let spent = meter.stop()?;
    response.raise_for_status()?;
    let (wall, cpu, peak) = (spent.wall.as_secs_f64(), spent.cpu.as_secs_f64(), spent.peak_rss_kib);
    println!("{{\"seconds\": {wall:.3}, \"cpu_seconds\": {cpu:.3}, \"peak_rss_kib\": {peak}}}");
    Ok(())
}

fn sink() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}/", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || swallow(stream));
    }
    Ok(())
}

/// Reads requests and throws their bodies away.
fn swallow(stream: TcpStream) -> io::Result<()> {
    let mut output = stream.try_clone()?;
    let mut input = BufReader::with_capacity(256 * 1024, stream);
    loop {
        let (mut length, mut chunked, mut expects) = (0_u64, false, false);
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().map_err(io::Error::other)?,
                Some(("transfer-encoding", _)) => chunked = true,
                Some(("expect", _)) => expects = true,
                Some(_) => {}
                None if line.is_empty() => break,
                None => {}
            }
        }
        if expects {
            output.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        skip(&mut input, length)?;
        while chunked {
            let mut line = String::new();
            input.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
            skip(&mut input, size + 2)?;
            chunked = size > 0;
        }
        output.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}

fn skip(input: &mut impl BufRead, mut left: u64) -> io::Result<()> {
    while left > 0 {
        let there = input.fill_buf()?.len() as u64;
        if there == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = there.min(left);
        input.consume(count as usize);
        left -= count;
    }
    Ok(())
}
