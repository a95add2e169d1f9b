//! What is left of handles in the child of a fork, and what the parent sees of it: nothing.
#![allow(clippy::unwrap_used)]

use std::fs;

use ffi_tests::{program, scratch};
use sortie_testserver::{Authority, TestServer, TlsOptions};

#[test]
fn a_child_frees_handles_without_a_word_and_its_parent_goes_on() {
    let base = |server: &TestServer| server.url("").trim_end_matches('/').to_owned();
    let server = TestServer::start().unwrap();
    let program = program("c/fork.c").argument(base(&server));
    program.clone().run();

    // The idle connections are secured.
    let authority = Authority::new().unwrap();
    let secured = TestServer::start_tls(TlsOptions::new(authority.certificate(&["127.0.0.1"]).unwrap())).unwrap();
    let roots = scratch("fork").join("roots.pem");
    fs::write(&roots, authority.pem()).unwrap();
    program.argument(base(&secured)).argument(&roots).run();
}

#[test]
fn a_call_whose_callback_forks_goes_on_in_the_parent_alone() {
    let server = TestServer::start().unwrap();
    program("c/fork_callback.c").argument(server.url("").trim_end_matches('/')).run();
}
