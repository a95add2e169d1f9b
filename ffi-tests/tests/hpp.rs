//! The programs that use `sortie.hpp`: by C++17 and C++20, no warning let through.
#![allow(clippy::unwrap_used)]

use std::fs;

use ffi_tests::{Program, include, program, scratch};
use sortie_testserver::TestServer;

/// A program that warnings about conversions fail, too.
fn strict(source: &str) -> Program {
    program(source).flag("-Wconversion")
}

/// Runs a program with a server's URL as its first argument, and a folder as its second.
fn served(source: &str) {
    let server = TestServer::start().unwrap();
    let folder = scratch(&format!("{}.folder", source.replace('/', "-")));
    strict(source).argument(server.url("").trim_end_matches('/')).argument(folder).run();
}

#[test]
fn sessions_requests_and_responses_are_classes() {
    served("cpp/hpp_session.cpp");
}

#[test]
fn hooks_are_lambdas_that_may_throw() {
    served("cpp/hpp_hooks.cpp");
}

#[test]
fn a_batch_tells_lambdas_what_became_of_its_calls() {
    served("cpp/hpp_batch.cpp");
}

#[test]
fn content_is_read_and_written_by_lambdas() {
    served("cpp/hpp_stream.cpp");
}

#[test]
fn a_session_may_be_let_go_while_its_requests_run() {
    served("cpp/hpp_threads.cpp");
}

#[test]
fn a_library_that_is_older_than_its_header_is_told() {
    strict("cpp/hpp_version.cpp").run();
}

#[test]
fn without_exceptions_there_are_results() {
    let server = TestServer::start().unwrap();
    let url = server.url("");
    strict("cpp/hpp_results.cpp").flag("-fno-exceptions").argument(url.trim_end_matches('/')).run();
}

#[test]
fn the_header_is_also_one_of_cpp_20() {
    let server = TestServer::start().unwrap();
    let url = server.url("");
    strict("cpp/hpp_twenty.cpp").flag("-std=c++20").argument(url.trim_end_matches('/')).run();
}

#[test]
fn each_class_says_what_it_is() {
    let class = ["class ", "struct ", "enum "];
    for entry in fs::read_dir(include().join("sortie")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for (number, line) in lines.iter().enumerate() {
            let mut above = lines[..number].iter().rev();
            let before = match above.next() {
                Some(head) if head.starts_with("template") && !head.contains('{') => above.next(),
                before => before,
            };
            let name =
                line.strip_prefix("template <").and_then(|rest| rest.split_once("> ")).map_or(*line, |(_, rest)| rest);
            if class.iter().any(|word| name.starts_with(word)) && !name.ends_with(';') {
                let said = before.is_some_and(|line| line.starts_with("///"));
                assert!(said, "{}:{}: {line}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn the_example_maps_urls() {
    let server = TestServer::start().unwrap();
    let urls = ["/get", "/status/404", "/redirect/1"].map(|path| server.url(path));
    let example = ffi_tests::repository().join("crates/capi/examples/cpp_map.cpp");
    for printed in urls.iter().fold(strict(example.to_str().unwrap()), |program, url| program.argument(url)).run() {
        assert_eq!(printed.0.matches("200").count(), 2, "{}", printed.0);
        assert!(printed.0.contains("404"), "{}", printed.0);
    }
}
