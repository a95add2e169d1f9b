//! A transport that is turned until it tells something, in a time of the test's own.

use std::time::Duration;

use sortie_transport::{Event, LinkId, Transport};

/// Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The next event, at the time `now`.
pub(crate) fn next(transport: &mut Transport, now: u64) -> Event {
    loop {
        if let Some(event) = transport.poll() {
            return event;
        }
        wait(transport);
        transport.turn(now);
    }
}

/// One wait that ends with something to turn.
pub(crate) fn wait(transport: &mut Transport) {
    transport.wait(Some(PATIENCE)).unwrap();
}

/// Goes on until the link is open.
pub(crate) fn opened(transport: &mut Transport, link: LinkId) {
    let event = next(transport, 0);
    assert!(matches!(event, Event::Opened { link: of, .. } if of == link), "{event:?}");
}
