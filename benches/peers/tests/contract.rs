//! What every program of the peers has in common, whatever it sends by.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use sortie_testserver::{Authority, TestServer, TlsOptions, TlsVersions, refused_port};

const RUST: [(&str, &[&str]); 6] = [
    (env!("CARGO_BIN_EXE_peer-hyper"), &[]),
    (env!("CARGO_BIN_EXE_peer-hyper"), &["--copy"]),
    (env!("CARGO_BIN_EXE_peer-hyper-pool"), &[]),
    (env!("CARGO_BIN_EXE_peer-hyper-pool"), &["--copy"]),
    (env!("CARGO_BIN_EXE_peer-reqwest"), &[]),
    (env!("CARGO_BIN_EXE_peer-ureq"), &[]),
];

/// The program in C, built once.
fn curl_multi() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = Command::new("make")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg(format!("OUT={}", place.display()))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        place.join("curl_multi")
    })
}

fn programs() -> impl Iterator<Item = (&'static Path, &'static [&'static str])> {
    let rust = RUST.iter().map(|(program, options)| (Path::new(*program), *options));
    rust.chain([(curl_multi(), &[][..])])
}

/// Those that speak TLS and can do without keeping connections: all but the pool.
fn secure_programs() -> impl Iterator<Item = (&'static Path, &'static [&'static str])> {
    programs().filter(|(program, _)| !program.ends_with("peer-hyper-pool"))
}

fn run(program: &Path, arguments: &[&str], options: &[&str]) -> (Output, String) {
    let output = Command::new(program).args(arguments).args(options).output().unwrap();
    let line = String::from_utf8(output.stdout.clone()).unwrap();
    (output, line)
}

#[test]
fn every_program_sends_all_and_prints_one_line() {
    let server = TestServer::start().unwrap();
    for (program, options) in programs() {
        for concurrency in ["1", "7", "500"] {
            let (output, line) = run(program, &[&server.url("/small"), "200", concurrency], options);
            assert!(output.status.success(), "{program:?} {concurrency}: {output:?}");
            assert!(line.starts_with(r#"{"requests":200,"ok":200,"bytes":20000,"wall_s":"#), "{program:?}: {line}");
            let keys = ["cpu_s", "us_cpu_per_request", "requests_per_s", "peak_rss_kib"];
            assert!(keys.iter().all(|key| line.contains(&format!(",\"{key}\":"))), "{program:?}: {line}");
            assert_eq!(line.find('\n'), Some(line.len() - 1), "{program:?}: {line}");
        }
    }
}

/// A server that speaks TLS, and the file of its authority.
fn secure_server(name: &str, versions: TlsVersions) -> (TestServer, PathBuf) {
    let authority = Authority::new().unwrap();
    let identity = authority.certificate(&["127.0.0.1"]).unwrap();
    let ca = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&ca, authority.pem()).unwrap();
    (TestServer::start_tls(TlsOptions { versions, ..TlsOptions::new(identity) }).unwrap(), ca)
}

#[test]
fn tls_is_spoken_and_connections_are_kept() {
    for (name, versions) in [("kept-12.pem", TlsVersions::Tls12), ("kept-13.pem", TlsVersions::Tls13)] {
        let (server, ca) = secure_server(name, versions);
        for (program, options) in secure_programs() {
            let before = server.connections();
            let arguments = [&*server.url("/small"), "200", "7", "--ca", ca.to_str().unwrap()];
            let (output, line) = run(program, &arguments, options);
            assert!(output.status.success(), "{program:?}: {output:?}");
            assert!(line.starts_with(r#"{"requests":200,"ok":200,"bytes":20000,"#), "{program:?}: {line}");
            // A pool may open one and then take another that was given back meanwhile.
            let opened = server.connections() - before;
            assert!(opened < 100, "{program:?}: {opened} connections");
        }
    }
}

#[test]
fn connections_that_are_not_kept_take_up_sessions() {
    for (name, versions) in [("new-12.pem", TlsVersions::Tls12), ("new-13.pem", TlsVersions::Tls13)] {
        let (server, ca) = secure_server(name, versions);
        for (program, options) in secure_programs() {
            let before = (server.connections(), server.handshakes());
            let arguments = [&*server.url("/small"), "60", "4", "--no-keep-alive", "--ca", ca.to_str().unwrap()];
            let (output, line) = run(program, &arguments, options);
            assert!(output.status.success(), "{program:?}: {output:?}");
            assert!(line.starts_with(r#"{"requests":60,"ok":60,"#), "{program:?}: {line}");
            assert_eq!(server.connections() - before.0, 60, "{program:?}");
            let resumed = server.handshakes().resumed - before.1.resumed;
            assert!(resumed >= 40, "{program:?} {versions:?}: {resumed} of 60 were resumed");
        }
    }
    let plain = TestServer::start().unwrap();
    for (program, options) in secure_programs() {
        let before = plain.connections();
        let (output, _) = run(program, &[&plain.url("/small"), "30", "4", "--no-keep-alive"], options);
        assert!(output.status.success(), "{program:?}: {output:?}");
        assert_eq!(plain.connections() - before, 30, "{program:?}");
    }
}

#[test]
fn nobody_is_trusted_unless_the_file_says_so() {
    let (server, _) = secure_server("one.pem", TlsVersions::Both);
    let (_, ca) = secure_server("other.pem", TlsVersions::Both);
    for (program, options) in secure_programs() {
        let url = server.url("/small");
        let (output, line) = run(program, &[&url, "2", "1", "--ca", ca.to_str().unwrap()], options);
        assert_eq!(output.status.code(), Some(1), "{program:?}: {output:?}");
        assert!(line.starts_with(r#"{"requests":2,"ok":0,"#), "{program:?}: {line}");
        let (output, _) = run(program, &[&url, "2", "1"], options);
        assert_eq!(output.status.code(), Some(2), "{program:?}: {output:?}");
    }
}

#[test]
fn nothing_to_send_is_no_failure() {
    for (program, options) in programs() {
        let (output, line) = run(program, &["http://127.0.0.1:1/", "0", "4"], options);
        assert!(output.status.success(), "{program:?}: {output:?}");
        assert!(line.contains(r#""us_cpu_per_request":null"#), "{program:?}: {line}");
    }
}

#[test]
fn another_status_than_200_is_told_after_the_line() {
    let server = TestServer::start().unwrap();
    for (program, options) in programs() {
        let (output, line) = run(program, &[&server.url("/status/404"), "20", "4"], options);
        assert_eq!(output.status.code(), Some(1), "{program:?}: {output:?}");
        assert!(line.starts_with(r#"{"requests":20,"ok":0,"#), "{program:?}: {line}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.starts_with("request 0: status 404\n"), "{program:?}: {told}");
        assert!(told.ends_with("20 of 20 were not answered with 200\n"), "{program:?}: {told}");
    }
}

#[test]
fn nobody_there_is_a_failure_of_each_request() {
    let url = format!("http://127.0.0.1:{}/", refused_port());
    for (program, options) in programs() {
        let (output, line) = run(program, &[&url, "3", "2"], options);
        assert_eq!(output.status.code(), Some(1), "{program:?}: {output:?}");
        assert!(line.starts_with(r#"{"requests":3,"ok":0,"bytes":0,"#), "{program:?}: {line}");
    }
}

#[test]
fn wrong_arguments_end_with_2_and_the_usage() {
    for (program, options) in programs() {
        for arguments in
            [&["http://127.0.0.1:1/", "x", "1"][..], &["http://127.0.0.1:1/", "1", "0"], &["--colour"], &[]]
        {
            let (output, line) = run(program, arguments, options);
            assert_eq!(output.status.code(), Some(2), "{program:?} {arguments:?}: {output:?}");
            assert!(line.is_empty(), "{program:?}: {line}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("usage: "), "{program:?}: {output:?}");
        }
    }
}

#[test]
fn the_waiting_server_answers_all_when_it_is_told() {
    for (program, options) in programs() {
        let mut server = Command::new(env!("CARGO_BIN_EXE_waiting-server"))
            .args(["127.0.0.1", "30"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
        let url = said.next().unwrap().unwrap();
        let mut client =
            Command::new(program).args([&url, "30", "30"]).args(options).stdout(Stdio::piped()).spawn().unwrap();
        assert_eq!(said.next().unwrap().unwrap(), "waiting", "{program:?}");
        assert!(client.try_wait().unwrap().is_none(), "{program:?}: nothing is answered yet");
        let mut told = server.stdin.take().unwrap();
        told.write_all(b"\n").unwrap();
        let output = client.wait_with_output().unwrap();
        drop(told);
        assert!(server.wait().unwrap().success());
        let line = String::from_utf8(output.stdout).unwrap();
        assert!(line.starts_with(r#"{"requests":30,"ok":30,"bytes":3000,"#), "{program:?}: {line}");
    }
}
