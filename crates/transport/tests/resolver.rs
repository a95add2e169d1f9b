//! The resolver's threads: who is served, and what holds nobody up.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

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

/// A resolver with one thread, on which names other than `quick.test` hang until the gate is dropped. Says that one has begun.
fn hanging() -> (Arc<Resolver>, Receiver<()>, Sender<()>) {
    let (tell, begun) = mpsc::channel();
    let (gate, closed) = mpsc::channel();
    let (tell, closed) = (Mutex::new(tell), Mutex::new(closed));
    let resolver = Resolver::new(1, move |name| {
        if name != "quick.test" {
            tell.lock().unwrap().send(()).unwrap();
            let _ = closed.lock().unwrap().recv();
        }
        Ok(vec![LOCALHOST])
    });
    (Arc::new(resolver), begun, gate)
}

#[test]
fn names_that_nobody_waits_for_any_more_hold_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = |name| Plan::from(named(name, listener.local_addr().unwrap().port()));
    let (resolver, begun, _gate) = hanging();
    let mut transport = Transport::with_resolver(resolver).unwrap();
    for name in ["slow.test", "slower.test"] {
        let slow = transport.open(&plan(name), 0);
        begun.recv().unwrap();
        transport.close(slow);
    }
    let quick = transport.open(&plan("quick.test"), 0);
    opened(&mut transport, quick);
}

#[test]
fn a_name_that_waits_is_looked_up_once_the_one_before_it_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = |name| Plan::from(named(name, listener.local_addr().unwrap().port()));
    let (resolver, begun, _gate) = hanging();
    let mut transport = Transport::with_resolver(Arc::clone(&resolver)).unwrap();
    let slow = transport.open(&plan("slow.test"), 0);
    begun.recv().unwrap();
    let mut other = Transport::with_resolver(resolver).unwrap();
    other.open(&plan("slower.test"), 0);
    transport.close(slow);
    begun.recv().unwrap();

    let quick = transport.open(&plan("quick.test"), 0);
    drop(other);
    opened(&mut transport, quick);
}
