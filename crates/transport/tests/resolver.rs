//! The resolver's threads: who is served, and what holds nobody up.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::TcpListener;
use std::sync::Arc;

use sortie_transport::{Plan, Resolver, Transport};
use support::{LOCALHOST, named, opened};

#[test]
fn a_clock_that_panics_leaves_no_name_without_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let resolver = Resolver::new(1, |_| Ok(vec![LOCALHOST])).clock(|| panic!("no time"));
    let mut transport = Transport::with_resolver(Arc::new(resolver)).unwrap();
    for name in ["a.test", "a.test", "b.test"] {
        let link = transport.open(&Plan::from(named(name, port)), 0);
        opened(&mut transport, link);
    }
}
