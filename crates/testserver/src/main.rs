//! The test server as a program: prints its URL and runs until it is killed; or writes certificates for other servers.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use sortie_testserver::{Authority, Identity, TestServer, TlsOptions};

const USAGE: &str = "\
An httpbin on loopback: prints its URL on one line and runs until it is killed.

Usage: sortie-testserver [ADDR:PORT]
       sortie-testserver certs DIR
       sortie-testserver tls DIR

  ADDR:PORT  where to listen; default 127.0.0.1:0, a port the system picks
  certs DIR  instead of serving, make an authority, and write into that folder, in PEM: ca.pem, its certificate;
             server.pem and server.key, for localhost, example.test, 127.0.0.1 and ::1; client.pem and client.key
  tls DIR    do that, and serve over TLS as that server, on 127.0.0.1
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
        [certs, folder] if certs == "certs" => {
            return ended(write(Path::new(folder)).map(drop), &format!("write into {folder}"));
        }
        [tls, folder] if tls == "tls" => {
            return ended(serve_tls(Path::new(folder)), &format!("serve with the certificates in {folder}"));
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
    ended(run(addr), &format!("serve on {addr}"))
}

fn ended(result: io::Result<()>, purpose: &str) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sortie-testserver: cannot {purpose}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes certificates, and serves as the server that they speak of; returns only when that could not begin.
fn serve_tls(folder: &Path) -> io::Result<()> {
    let server = TestServer::start_tls(TlsOptions::new(write(folder)?))?;
    announce(&server.url(""))
}

/// Writes an authority's certificate, and a server and a client that it vouches for; gives the server.
fn write(folder: &Path) -> io::Result<Identity> {
    let authority = Authority::new()?;
    fs::write(folder.join("ca.pem"), authority.pem())?;
    let server = authority.certificate(&["localhost", "example.test", "127.0.0.1", "::1"])?;
    for (name, identity) in [("server", &server), ("client", &authority.client("sortie test client")?)] {
        fs::write(folder.join(name).with_extension("pem"), &identity.cert_pem)?;
        fs::write(folder.join(name).with_extension("key"), &identity.key_pem)?;
    }
    Ok(server)
}

/// Serves until the process is killed; returns only when that could not begin.
fn run(addr: SocketAddr) -> io::Result<()> {
    let server = TestServer::start_on(addr)?;
    announce(&server.url(""))
}

/// Prints where the server is, and lets it run.
fn announce(url: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{}", url.trim_end_matches('/'))?;
    out.flush()?;
    loop {
        thread::park();
    }
}
