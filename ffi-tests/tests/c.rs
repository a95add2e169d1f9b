//! The programs in C, each against a server of its own.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use ffi_tests::{Program, library, panicking_library, program, scratch};
use sortie_testserver::proxy::{ProxyOptions, ProxyServer};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, TestServer, TlsOptions, refused_port};

/// A server, and its URL without the slash at the end.
fn server() -> (TestServer, String) {
    let server = TestServer::start().unwrap();
    let url = server.url("").trim_end_matches('/').to_owned();
    (server, url)
}

/// Runs a program with a server's URL as its first argument, and more of them.
#[track_caller]
fn served(source: &str, more: impl FnOnce(Program) -> Program) {
    let (_server, url) = server();
    more(program(source).argument(url)).run();
}

/// Runs a program that needs nothing but a server.
#[track_caller]
fn alone(source: &str) {
    served(source, |program| program);
}

/// A file with these bytes, in a folder of that name.
fn file(name: &str, content: &str) -> PathBuf {
    let path = scratch(name).join("file");
    fs::write(&path, content).unwrap();
    path
}

fn nobody() -> String {
    format!("http://127.0.0.1:{}", refused_port())
}

#[test]
fn the_library_says_which_it_is() {
    program("c/version.c").run();
}

#[test]
fn the_static_library_is_all_that_is_needed() {
    program("c/version.c").archive().run();
    library();
}

#[test]
fn one_line_is_enough_for_one_request() {
    alone("c/once.c");
}

#[test]
fn what_a_session_was_told_holds_for_later_calls() {
    let netrc = file("netrc", "machine 127.0.0.1 login clerk password sesame\n");
    served("c/session.c", |program| program.argument(netrc));
}

#[test]
fn limits_hold_and_can_be_lifted() {
    alone("c/limits.c");
}

#[test]
fn a_session_connects_as_it_was_told() {
    // Not in the target folder: the name of a socket is short.
    let path = std::env::temp_dir().join(format!("sortie-ffi-{}.socket", std::process::id()));
    let _ = fs::remove_file(&path);
    let unix = TestServer::start_unix(&path).unwrap();
    let (server, url) = server();
    let port = server.addr().port().to_string();
    program("c/connecting.c").argument(url).argument(port).argument(&path).run();
    drop(unix);
    let _ = fs::remove_file(&path);
}

#[test]
fn a_session_is_written_to_a_file_and_made_from_it() {
    served("c/saved.c", |program| program.argument(scratch("saved")));
}

#[test]
fn a_request_is_what_it_was_told_to_be() {
    alone("c/request.c");
}

#[test]
fn a_requests_own_text_may_be_passed_back_to_it() {
    alone("c/own_text.c");
}

#[test]
fn bodies_arrive_as_they_were_given() {
    let path = file("body", "from a file");
    served("c/body.c", |program| program.argument(path));
}

#[test]
fn parts_of_a_form_arrive_under_their_names() {
    let path = file("multipart", "from a file");
    served("c/multipart.c", |program| program.argument(path));
}

#[test]
fn a_body_is_read_from_a_callback_which_is_dropped_once() {
    alone("c/reader.c");
}

#[test]
fn a_reader_outlives_a_call_that_does_not_wait_for_it() {
    alone("c/late_reader.c");
}

#[test]
fn a_response_tells_all_that_came() {
    alone("c/response.c");
}

#[test]
fn an_error_tells_what_which_where_and_why() {
    served("c/errors.c", |program| program.argument(nobody()));
}

#[test]
fn texts_that_break_a_line_or_are_no_utf8_are_a_status() {
    alone("c/texts.c");
}

#[test]
fn sizes_that_make_no_sense_are_a_status() {
    alone("c/sizes.c");
}

#[test]
fn a_session_keeps_cookies_and_lends_a_list_of_them() {
    served("c/cookies.c", |program| program.argument(scratch("cookies")));
}

#[test]
fn what_failed_is_tried_again_as_often_as_was_said() {
    alone("c/retries.c");
}

#[test]
fn tls_trusts_whom_it_was_told_to() {
    let authority = Authority::new().unwrap();
    let mut options = TlsOptions::new(authority.certificate(&["localhost", "127.0.0.1"]).unwrap());
    options.client_auth = Some(authority.pem().to_owned());
    let server = TestServer::start_tls(options).unwrap();
    let client = authority.client("a client").unwrap();
    let folder = scratch("tls");
    let both = format!("{}{}", client.cert_pem, client.key_pem);
    let files = [
        ("roots.pem", authority.pem()),
        ("chain.pem", &client.cert_pem),
        ("key.pem", &client.key_pem),
        ("both.pem", &both),
    ];
    let mut program = program("c/tls.c").argument(server.url("").trim_end_matches('/'));
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
        program = program.argument(folder.join(name));
    }
    program.run();
}

#[test]
fn requests_go_through_the_proxies_that_were_named() {
    let proxy = ProxyServer::start(ProxyOptions::http()).unwrap();
    served("c/proxies.c", |program| program.argument(proxy.url()));
    assert!(!proxy.requests().is_empty());
}

#[test]
fn a_session_tells_what_it_does() {
    served("c/log.c", |program| program.argument(scratch("log")));
}

#[test]
fn hooks_see_replace_warn_and_refuse() {
    alone("c/hooks.c");
}

#[test]
fn outcomes_stand_in_the_order_of_their_requests() {
    served("c/map.c", |program| program.argument(nobody()));
}

#[test]
fn each_call_of_a_batch_ends_in_one_outcome() {
    alone("c/batch.c");
}

#[test]
fn a_callback_is_told_of_its_own_call_once() {
    alone("c/done.c");
}

#[test]
fn a_cancel_ends_what_waits() {
    alone("c/cancel.c");
}

#[test]
fn a_waker_ends_a_turn_that_waits() {
    alone("c/waker.c");
}

#[test]
fn a_batch_tells_how_far_it_is() {
    alone("c/progress.c");
}

#[test]
fn content_is_pulled_as_it_comes() {
    alone("c/stream.c");
}

#[test]
fn a_stream_is_busy_in_its_own_hook_where_it_may_be_freed() {
    alone("c/stream_hook.c");
}

#[test]
fn content_is_pushed_into_a_callback() {
    alone("c/receive.c");
}

#[test]
fn content_goes_to_a_file() {
    let letters = "71c480df93d6ae2f1efad1447c66c9525e316218cf51fc8d9ed832f2daf18b73";
    served("c/download.c", |program| program.argument(scratch("download")).argument(letters));
}

#[test]
fn of_two_threads_in_one_batch_one_is_told_that_it_is_busy() {
    alone("c/busy.c");
}

#[test]
fn threads_share_one_session() {
    alone("c/threads.c");
}

#[test]
fn a_handle_may_be_freed_in_its_own_callback() {
    alone("c/own_callback.c");
}

#[test]
fn a_peer_that_closes_while_we_write_is_a_status() {
    let closes = RawServer::start(|_| Ok(())).unwrap();
    let resets = RawServer::start(|peer| {
        peer.read_head()?;
        peer.reset()
    })
    .unwrap();
    program("c/sigpipe.c").argument(closes.url("/")).argument(resets.url("/")).run();
}

#[test]
fn a_panic_inside_is_a_status_outside() {
    program("c/panic.c").library(panicking_library()).run();
}

#[test]
fn all_of_it_can_be_called_from_cpp() {
    alone("cpp/everything.cpp");
}
