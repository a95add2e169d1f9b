//! Asks one URL and prints the status of the answer: what `.ci/interop` has servers and proxies judge.
//!
//! ```text
//! interop [--ca FILE] [--cert FILE --key FILE] [--proxy URL] [--tls-min 1.2|1.3] URL
//! ```
//! Prints the status as three digits. Without an answer it says why, down to the last cause, and exits with 1.

use std::error::Error;
use std::process::ExitCode;

use sortie::{Session, Tls, TlsVersion};

fn main() -> ExitCode {
    match ask(std::env::args().skip(1)) {
        Ok(status) => {
            println!("{status}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprint!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn ask(mut arguments: impl Iterator<Item = String>) -> Result<u16, Box<dyn Error>> {
    let mut tls = Tls::builder().alpn(["http/1.1"]);
    let mut session = Session::builder().trust_env(false);
    let (mut url, mut certificate, mut key) = (None, None, None);
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            url = Some(argument);
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        match (argument.as_str(), value.as_str()) {
            ("--ca", _) => tls = tls.roots_file(value),
            ("--cert", _) => certificate = Some(value),
            ("--key", _) => key = Some(value),
            ("--proxy", _) => session = session.proxy(value),
            ("--tls-min", "1.2") => tls = tls.min_version(TlsVersion::V1_2),
            ("--tls-min", "1.3") => tls = tls.min_version(TlsVersion::V1_3),
            _ => return Err(format!("unknown option {argument} {value}").into()),
        }
    }
    if let (Some(certificate), Some(key)) = (certificate, key) {
        tls = tls.identity_files(certificate, key);
    }
    let session = session.tls(tls.build()?).build()?;
    let response = session.get(url.ok_or("a URL is missing")?).send()?;
    Ok(response.status().as_u16())
}
