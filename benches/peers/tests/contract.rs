//! What every program of the peers has in common, whatever it sends by.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use sortie_testserver::{TestServer, refused_port};

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
