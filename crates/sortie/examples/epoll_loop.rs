//! A batch inside a plain epoll loop of your own: one descriptor, one deadline, no thread.
//!
//! `cargo run --example epoll_loop`

use std::error::Error;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use sortie::{Session, Wait};

fn main() -> Result<(), Box<dyn Error>> {
    let server = sortie_testserver::TestServer::start()?;
    let session = Session::new();
    let mut batch = session.batch().concurrency(8);
    for page in 0..20 {
        batch.submit(session.get(server.url("/get")).param("page", page.to_string()));
    }

    let own = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&own, batch.fd()?, epoll::EventData::new_u64(1), epoll::EventFlags::IN)?;
    // Whatever else the program waits for is added to the same epoll.

    let mut events = Vec::with_capacity(16);
    while batch.unfinished() > 0 {
        let patience = batch.next_deadline().map(timespec);
        events.clear();
        epoll::wait(&own, rustix::buffer::spare_capacity(&mut events), patience.as_ref())?;
        batch.turn(Wait::Not)?;
        while let Some((call, outcome)) = batch.take() {
            println!("call {:2}: {}", call & 0xffff_ffff, outcome?.url());
        }
    }
    Ok(())
}

fn timespec(patience: Duration) -> Timespec {
    Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: patience.subsec_nanos().into() }
}
