//! The programs as a shell sees them: what they print, what they answer, what they send.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

use serde_json::Value;
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;

const RAW: &str = env!("CARGO_BIN_EXE_raw");
const SENDER: &str = env!("CARGO_BIN_EXE_sender");
const MEMORY: &str = env!("CARGO_BIN_EXE_memory");
const ALLOCATIONS: &str = env!("CARGO_BIN_EXE_allocations");

fn run(program: &str, arguments: &[&str]) -> Output {
    // A proxy of the surroundings would stand between the two.
    Command::new(program).args(arguments).env_clear().output().unwrap()
}

fn line(output: &Output) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_run_prints_one_line_of_json() {
    let server = TestServer::start().unwrap();
    let url = server.url("/small");
    for (program, option) in [
        (RAW, None),
        (RAW, Some("--keep")),
        (SENDER, None),
        (SENDER, Some("--different")),
        (MEMORY, None),
        (MEMORY, Some("--different")),
    ] {
        let arguments: Vec<&str> = [url.as_str(), "50", "4"].into_iter().chain(option).collect();
        let output = run(program, &arguments);
        assert_eq!((output.status.code(), told(&output)), (Some(0), ""), "{program} {option:?}");
        let line = line(&output);
        assert_eq!((&line["requests"], &line["ok"], &line["bytes"]), (&50.into(), &50.into(), &5000.into()));
        for key in ["wall_s", "cpu_s", "us_cpu_per_request", "requests_per_s", "peak_rss_kib"] {
            assert!(line[key].as_f64().unwrap() > 0.0, "{key} of {line}");
        }
        assert_eq!(line.as_object().unwrap().len(), 8);
    }
}

#[test]
fn allocations_are_counted_by_the_request_and_kept_responses_are_some() {
    let server = TestServer::start().unwrap();
    for option in [None, Some("--different")] {
        let counted = |count: &str| {
            let url = server.url("/small");
            let arguments: Vec<&str> = [url.as_str(), count, "4"].into_iter().chain(option).collect();
            let output = run(ALLOCATIONS, &arguments);
            assert_eq!((output.status.code(), told(&output)), (Some(0), ""), "{option:?}");
            let line = line(&output);
            assert_eq!((&line["ok"], line.as_object().unwrap().len()), (&line["requests"], 6));
            ["allocations", "allocated_bytes"].map(|key| line[key].as_u64().unwrap())
        };
        let (few, many) = (counted("100"), counted("1100"));
        // A body is kept of each; and the count is one of allocations, not of bytes.
        assert!(many[0] - few[0] >= 1000 && many[0] - few[0] < 100_000, "{few:?} {many:?}");
        assert!(many[1] - few[1] >= 100 * 1000, "{few:?} {many:?}");
    }
}

#[test]
fn urls_that_are_to_differ_do_so_on_the_wire() {
    let server = RawServer::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    for program in [SENDER, ALLOCATIONS] {
        assert_eq!(run(program, &[&server.url("/a"), "2", "1", "--different"]).status.code(), Some(0));
    }
    let lines: Vec<String> = server.requests().iter().map(|bytes| first_line(bytes)).collect();
    let (zero, one) = ("GET /a?n=00000000 HTTP/1.1", "GET /a?n=00000001 HTTP/1.1");
    assert_eq!(lines, [zero, one, zero, one]);
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn failures_are_told_after_the_line() {
    let server = TestServer::start().unwrap();
    for program in [RAW, SENDER, ALLOCATIONS] {
        let output = run(program, &[&server.url("/status/503"), "7", "2"]);
        assert_eq!(output.status.code(), Some(1), "{program}");
        assert_eq!((&line(&output)["requests"], &line(&output)["ok"]), (&7.into(), &0.into()));
        let told = told(&output);
        assert!(told.contains(": status 503\n") && told.ends_with("7 of 7 were not answered with 200\n"), "{told}");
        assert_eq!(told.lines().count(), 6, "{told}");
    }
}

#[test]
fn wrong_arguments_are_answered_with_the_usage() {
    let url = "http://127.0.0.1:1/";
    let cases: [(&[&str], &str); 10] = [
        (&[], "URL is missing"),
        (&[url], "COUNT is missing"),
        (&[url, "1"], "CONCURRENCY is missing"),
        (&[url, "one", "1"], "COUNT cannot be \"one\""),
        (&[url, "+1", "1"], "COUNT cannot be \"+1\""),
        (&[url, "99999999999999999999999", "1"], "COUNT cannot be"),
        (&[url, "1", "0"], "CONCURRENCY cannot be \"0\""),
        (&[url, "-1", "1"], "-1 is not an option"),
        (&[url, "1", "1", "1"], "\"1\" is one argument too many"),
        (&[url, "1", "1", "--loud"], "--loud is not an option"),
    ];
    for (program, name) in [(RAW, "raw"), (SENDER, "sender"), (MEMORY, "memory"), (ALLOCATIONS, "allocations")] {
        for (arguments, complaint) in cases {
            let output = run(program, arguments);
            let told = told(&output);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {told}");
            assert!(told.starts_with(&format!("{name}: {complaint}")), "{arguments:?}: {told}");
            assert!(told.contains(&format!("usage: {name} URL COUNT CONCURRENCY")), "{arguments:?}: {told}");
        }
    }
}

#[test]
fn an_option_that_does_not_work_yet_is_refused_as_such() {
    let url = "http://127.0.0.1:1/";
    for option in ["--http2", "--threads", "--threads=2"] {
        let output = run(SENDER, &[url, "1", "1", option, "2"]);
        let told = told(&output);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{told}");
        let name = option.split('=').next().unwrap();
        assert!(told.starts_with(&format!("sender: {name} does not work yet\n")), "{told}");
    }
    assert_eq!(run(RAW, &[url, "1", "1", "--http2"]).status.code(), Some(2));
}

#[test]
fn an_option_takes_the_argument_behind_it_as_its_value() {
    let output = run(RAW, &["https://127.0.0.1:1/", "--ca", "/nowhere", "1", "1"]);
    assert!(told(&output).starts_with("raw: cannot trust what is in /nowhere: "), "{}", told(&output));
    let output = run(RAW, &["https://127.0.0.1:1/", "1", "1", "--ca"]);
    assert!(told(&output).starts_with("raw: --ca FILE is missing\n"), "{}", told(&output));
    assert!(told(&output).contains("[--no-keep-alive]") && output.status.code() == Some(2), "{}", told(&output));
}

#[test]
fn only_the_raw_loop_has_a_choice_of_what_to_keep() {
    let output = run(SENDER, &["http://127.0.0.1:1/", "1", "1", "--keep"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).starts_with("sender: --keep is not an option"));
}

#[test]
fn both_programs_send_the_same_bytes() {
    let server = RawServer::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    for program in [RAW, SENDER] {
        assert_eq!(run(program, &[&server.url("/a?b=c"), "1", "1"]).status.code(), Some(0));
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].escape_ascii().to_string(), requests[1].escape_ascii().to_string());
}
