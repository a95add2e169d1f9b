//! Loops of one's own: 1,000 calls while a timer ticks.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use ffi_tests::{Program, program, run, skipped, tool};
use sortie_testserver::TestServer;

#[track_caller]
fn fetches(source: &str, more: impl FnOnce(Program) -> Program) {
    let server = TestServer::start().unwrap();
    for printed in more(program(source).argument(server.url("/small"))).run() {
        assert!(printed.0.starts_with("1000 calls"), "{}", printed.0);
        println!("{source}: {}", printed.0.trim_end());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_loop_of_epoll_needs_one_descriptor_and_one_timeout() {
    fetches("loops/epoll_1000.c", |program| program);
}

#[test]
fn a_loop_of_poll_needs_one_descriptor_and_one_timeout() {
    fetches("loops/poll_1000.c", |program| program);
}

#[test]
fn a_loop_of_libuv_needs_one_descriptor_and_one_timeout() {
    let Some(config) = tool("pkg-config") else { return };
    if !Command::new(&config).args(["--exists", "libuv"]).status().is_ok_and(|status| status.success()) {
        return skipped("no libuv");
    }
    let mut command = Command::new(config);
    command.args(["--cflags", "--libs", "libuv"]);
    let flags = run(command).0;
    fetches("loops/libuv_1000.c", |program| flags.split_whitespace().fold(program, Program::flag));
}
