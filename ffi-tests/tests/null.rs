//! Every function is called with NULL for every pointer: by a program that is made from the header.
#![allow(clippy::unwrap_used)]

#[path = "null/generate.rs"]
mod generate;
#[path = "null/value.rs"]
mod value;

use std::fs;

use ffi_tests::{declarations, program, scratch};
use sortie_testserver::TestServer;

#[test]
fn null_is_a_status_for_every_pointer_of_every_function() {
    let server = TestServer::start().unwrap();
    let source = scratch("null").join("null.c");
    fs::write(&source, generate::program(&declarations())).unwrap();
    program(source).argument(server.url("/get")).run();
}
