//! A batch inside a mio loop of your own, beside a socket that is yours.
//!
//! `cargo run --example mio_loop`

use std::error::Error;
use std::os::fd::AsRawFd;

use mio::net::UdpSocket;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use sortie::{Session, Wait};

const BATCH: Token = Token(0);
const OWN: Token = Token(1);

fn main() -> Result<(), Box<dyn Error>> {
    let server = sortie_testserver::TestServer::start()?;
    let session = Session::new();
    let mut batch = session.batch().concurrency(4);

    let mut poll = Poll::new()?;
    let descriptor = batch.fd()?.as_raw_fd();
    poll.registry().register(&mut SourceFd(&descriptor), BATCH, Interest::READABLE)?;
    let mut socket = UdpSocket::bind("127.0.0.1:0".parse()?)?;
    poll.registry().register(&mut socket, OWN, Interest::READABLE)?;
    // Something of our own to react to: each datagram asks for one page.
    let sender = std::net::UdpSocket::bind("127.0.0.1:0")?;
    for page in 0..5_u8 {
        sender.send_to(&[page], socket.local_addr()?)?;
    }

    let mut events = Events::with_capacity(64);
    let mut answered = 0;
    while answered < 5 {
        poll.poll(&mut events, batch.next_deadline())?;
        if events.iter().any(|event| event.token() == OWN) {
            let mut datagram = [0];
            while socket.recv(&mut datagram).is_ok() {
                batch.submit(session.get(server.url("/get")).param("page", datagram[0].to_string()));
            }
        }
        // Registered edge-triggered: a turn drains what is ready, and what it leaves makes the deadline now.
        batch.turn(Wait::Not)?;
        while let Some((_, outcome)) = batch.take() {
            println!("{}", outcome?.url());
            answered += 1;
        }
    }
    Ok(())
}
