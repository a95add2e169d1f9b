//! The examples, and the programs in the guides.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use ffi_tests::{Printed, program, repository, scratch};
use sortie_testserver::TestServer;

/// The server that the guides speak of.
const THEIRS: &str = "http://127.0.0.1:8000";

fn example(name: &str) -> PathBuf {
    repository().join("crates/capi/examples").join(name)
}

/// Runs an example with the URL of `path` as its argument.
#[track_caller]
fn runs(name: &str, path: &str) -> Vec<Printed> {
    let server = TestServer::start().unwrap();
    program(example(name)).argument(server.url(path).trim_end_matches('/')).run()
}

#[test]
fn get_prints_what_came() {
    for printed in runs("get.c", "/get") {
        assert!(printed.0.contains("200 OK, application/json"), "{}", printed.0);
    }
}

#[test]
fn session_cookies_prints_both() {
    for printed in runs("session_cookies.c", "") {
        assert!(printed.0.contains("flavour=oat") && printed.0.contains("size=large"), "{}", printed.0);
    }
}

#[test]
fn map_hooks_numbers_each() {
    for printed in runs("map_hooks.c", "/anything") {
        assert_eq!(printed.0.lines().filter(|line| line.starts_with("200: number ")).count(), 20, "{}", printed.0);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn epoll_loop_prints_both() {
    for printed in runs("epoll_loop.c", "/get") {
        assert!(printed.0.contains("first: 200\n") && printed.0.contains("second: 200\n"), "{}", printed.0);
    }
}

#[test]
fn download_keeps_and_counts() {
    let server = TestServer::start().unwrap();
    let path = scratch("example-download").join("file");
    let program = program(example("download.c")).argument(server.url("/bytes/1234")).argument(&path);
    for printed in program.run() {
        assert!(printed.0.contains("1234 bytes\n"), "{}", printed.0);
        assert_eq!(fs::metadata(&path).unwrap().len(), 1234);
    }
}

#[test]
fn examples_are_short_and_each_is_run() {
    let tests = include_str!("examples.rs");
    for entry in fs::read_dir(example("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 60, "{name} has {lines} lines");
        // Those in C++ are run beside the other programs in C++.
        assert!(!name.ends_with(".c") || tests.contains(&format!("\"{name}\"")), "{name} is not run");
    }
}

#[test]
fn the_programs_in_the_guides_run() {
    let server = TestServer::start().unwrap();
    let ours = server.url("");
    let folder = scratch("guides");
    for (guide, language) in [("crates/capi/README.md", "c"), ("docs/c.md", "c"), ("docs/cpp.md", "cpp")] {
        let text = fs::read_to_string(repository().join(guide)).unwrap();
        let stem = Path::new(guide).file_stem().unwrap().to_string_lossy().into_owned();
        let programs: Vec<&str> = blocks(&text, language).collect();
        assert!(!programs.is_empty(), "{guide} has no program");
        for (number, block) in programs.into_iter().enumerate() {
            let path = folder.join(format!("{stem}-{}.{language}", number + 1));
            fs::write(&path, block.replace(THEIRS, ours.trim_end_matches('/'))).unwrap();
            program(path).run();
        }
    }
}

/// The programs: blocks of a language that have a `main`.
fn blocks<'a>(text: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let blocks: Vec<&str> = text.split(&format!("```{language}\n")).skip(1).collect();
    blocks.into_iter().filter_map(|rest| rest.split("```").next()).filter(|block| block.contains("int main"))
}
