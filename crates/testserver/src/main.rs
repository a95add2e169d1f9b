//! The test server as a program: prints its URL and runs until it is killed.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::thread;

use sortie_testserver::TestServer;

const USAGE: &str = "\
An httpbin on loopback: prints its URL on one line and runs until it is killed.

Usage: sortie-testserver [ADDR:PORT]

  ADDR:PORT  where to listen; default 127.0.0.1:0, a port the system picks
  --help     print this
";

fn main() -> ExitCode {
    let mut addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {}
        [help] if help == "--help" || help == "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [text] => match text.parse() {
            Ok(parsed) => addr = parsed,
            Err(error) => {
                eprintln!("sortie-testserver: {text:?} is not ADDR:PORT: {error}");
                return ExitCode::from(2);
            }
        },
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    match run(addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sortie-testserver: cannot serve on {addr}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until the process is killed; returns only when that could not begin.
fn run(addr: SocketAddr) -> io::Result<()> {
    let server = TestServer::start_on(addr)?;
    let mut out = io::stdout();
    writeln!(out, "http://{}", server.addr())?;
    out.flush()?;
    loop {
        thread::park();
    }
}
