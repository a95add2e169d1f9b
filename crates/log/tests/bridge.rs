//! What reaches the `log` facade.
#![cfg(feature = "log")]
#![allow(clippy::unwrap_used)]

use std::sync::Mutex;
use std::time::SystemTime;

use log::{Level, LevelFilter, Log, Metadata, Record};
use sortie_log::{Bridge, Event, Sink, What};

/// Keeps what the facade hands over.
struct Keeping(Mutex<Vec<(Level, String, String)>>);

static LOGGER: Keeping = Keeping(Mutex::new(Vec::new()));

impl Log for Keeping {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push((record.level(), record.target().into(), record.args().to_string()));
    }

    fn flush(&self) {}
}

#[test]
fn events_reach_the_facade_at_their_level_and_redacted() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let url = || Box::from("http://h/?token=5ecret");
    for (what, level, words) in [
        (What::Received { status: 200, url: url() }, Level::Debug, "call 1: received 200 from http://h/?token=***"),
        (What::Closed { why: None }, Level::Debug, "call 1: closed a connection"),
        (What::Warning { text: "a hook failed".into() }, Level::Warn, "call 1: warning: a hook failed"),
        (What::Failed { text: "gone".into(), url: url() }, Level::Warn, "call 1: failed http://h/?token=***: gone"),
    ] {
        Bridge.record(&Event::new(SystemTime::UNIX_EPOCH, 1, what));
        let told = LOGGER.0.lock().unwrap().pop();
        assert_eq!(told, Some((level, "sortie".into(), words.into())));
    }
}
