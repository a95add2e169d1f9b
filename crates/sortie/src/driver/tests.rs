//! What is hard to reach from outside.

use std::sync::{Arc, Mutex, mpsc};

use sortie_engine::Error;
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Channel, Policy, Way};
use sortie_testserver::raw::RawServer;
use sortie_testserver::{Authority, TlsOptions};
use transport::{Connector, Tls};

use super::*;

/// Keeps what has ended.
#[derive(Default)]
struct Ended(Vec<Outcome>);

impl Audience for Ended {
    fn done(&mut self, _: u64, _: SystemTime, outcome: Outcome) -> bool {
        self.0.push(outcome);
        false
    }

    fn told(&mut self, _: u64, _: Event) {}

    fn head(&mut self, _: u64, _: SystemTime, _: Streamed) -> bool {
        false
    }

    fn content(&mut self, _: u64, _: Vec<u8>) {}

    fn uploaded(&mut self, _: u64, _: u64, _: Option<u64>) -> bool {
        false
    }

    fn handed(&mut self, _: u64, _: Detached) {}

    fn warmed(&mut self, _: Result<(), Unopened>) {}
}

/// A driver that has just begun to open its only link, which is for a call to this URL.
fn opening(url: &str) -> (Driver, LinkId) {
    let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
    let channel = Channel::new(Connector::builder().tls(tls).build());
    let mut policy = Policy::default();
    policy.way = Some(Arc::new(Way { channel, ..Way::default() }));
    let request = PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none());
    let mut driver = Driver::new(Limits::default()).unwrap();
    let now = driver.refresh();
    driver.engine.submit(request, Arc::new(policy), 7, now);
    driver.carry_out(&mut Ended::default()).unwrap();
    let link = driver.owners.iter().flatten().copied().next().unwrap();
    (driver, link)
}

#[test]
fn a_link_that_the_transport_keeps_can_still_be_closed() {
    let server = RawServer::start(|peer| peer.stall()).unwrap();
    let (mut driver, link) = opening(&server.url("/"));
    let name = driver.name_of(link).unwrap();
    // It is not open yet.
    assert!(driver.detach(link).is_none() && driver.transport.phase(name).is_some());
    driver.close(link);
    assert!(driver.transport.phase(name).is_none() && driver.name_of(link).is_none());
}

#[test]
fn what_the_peer_said_in_tls_goes_before_the_pipe_that_broke() {
    let ((tell, told), (go, gate)) = (mpsc::channel(), mpsc::channel::<()>());
    let (gate, identity) = (Mutex::new(gate), Authority::new().unwrap().certificate(&["127.0.0.1"]).unwrap());
    let server = RawServer::start_tls(TlsOptions::new(identity), move |peer| {
        let say = || tell.send(()).map_err(io::Error::other);
        peer.read_head()?;
        say()?;
        gate.lock().unwrap().recv().map_err(io::Error::other)?;
        // A record that nobody with the keys has made.
        peer.write_below(b"\x17\x03\x03\x00\x20these are bytes, and thirty-two...")?;
        say()?;
        peer.stall()
    });
    let server = server.unwrap();
    let (mut driver, link) = opening(&server.url("/"));
    let mut ended = Ended::default();
    while told.try_recv().is_err() {
        driver.turn(Some(Duration::from_millis(1)), &mut ended).unwrap();
    }
    go.send(()).unwrap();
    told.recv_timeout(Duration::from_secs(60)).unwrap();
    let broken = io::Error::from(io::ErrorKind::BrokenPipe);
    driver.fail_write(link, LinkError { kind: LinkFault::Write, source: Box::new(broken) });
    driver.carry_out(&mut ended).unwrap();
    let failure = ended.0.remove(0).result.unwrap_err();
    assert!(matches!(&failure.error, Error::Link(cause) if cause.kind == LinkFault::Tls), "{failure:?}");
}
