//! The programs in C, each against a server of its own.
#![allow(clippy::unwrap_used)]

use ffi_tests::program;
use sortie_testserver::TestServer;

/// Runs a program with a server's URL as its argument.
fn served(source: &str) {
    let server = TestServer::start().unwrap();
    program(source).argument(server.url("").trim_end_matches('/')).run();
}

#[test]
fn a_response_is_what_the_server_said() {
    served("c/response.c");
}
