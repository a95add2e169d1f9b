//! What the sinks do with what they are told.
#![allow(clippy::unwrap_used)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sortie_log::{Detailed, Event, FnSink, Memory, Sink, Verbose, What};

/// The instant of the documents' own example, `2011-08-17T03:04:23.380175` in UTC.
fn instant() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(1_313_550_263_380_175)
}

fn sending(method: &str, url: &str) -> Event {
    Event::new(instant(), 7, What::Sending { method: method.into(), url: url.into(), reused: false })
}

/// One event of each kind, and its words.
fn every_event() -> Vec<(What, &'static str)> {
    let url = || Box::from("http://h/?token=5ecret");
    vec![
        (
            What::Sending { method: "PUT".into(), url: url(), reused: false },
            "sending PUT http://h/?token=*** on a new connection",
        ),
        (
            What::Sending { method: "PUT".into(), url: url(), reused: true },
            "sending PUT http://h/?token=*** on a reused connection",
        ),
        (What::Received { status: 404, url: url() }, "received 404 from http://h/?token=***"),
        (What::Informational { status: 102, link: None }, "passed over 102"),
        (
            What::Informational { status: 103, link: Some("<http://h/?key=5ecret>; rel=preload".into()) },
            "passed over 103, link <http://h/?key=***>; rel=preload",
        ),
        (
            What::Redirected { status: 302, from: "http://a/".into(), to: url() },
            "redirected by 302 from http://a/ to http://h/?token=***",
        ),
        (What::Retried { why: "stale".into(), url: url() }, "retrying http://h/?token=***: stale"),
        (What::Opened { peer: "127.0.0.1:80".into() }, "opened a connection to 127.0.0.1:80"),
        (What::Closed { why: None }, "closed a connection"),
        (What::Closed { why: Some("reset".into()) }, "closed a connection: reset"),
        (
            What::Suspicious { what: "bare LF".into(), url: url() },
            "suspicious answer from http://h/?token=***: bare LF",
        ),
        (What::Warning { text: "hook 1 failed".into() }, "warning: hook 1 failed"),
        (
            What::Failed { text: "no route to http://u:5ecret@h/".into(), url: url() },
            "failed http://h/?token=***: no route to http://***@h/",
        ),
    ]
}

/// A writer that fails at first, `failures` times.
struct Failing {
    failures: usize,
    written: Vec<u8>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(io::Error::other(format!("{} failures left", self.failures)));
        }
        self.written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that notes each write and each flush, and panics when told to.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<String>>>);

impl Write for Noting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!text.contains("PANIC"), "told to");
        self.0.lock().unwrap().push(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap().push("flush".into());
        Ok(())
    }
}

fn text(written: Vec<u8>) -> String {
    String::from_utf8(written).unwrap()
}

#[test]
fn rule_7_each_exchange_is_one_verbose_line() {
    let verbose = Verbose::new(Vec::new()).utc();
    for (what, _) in every_event() {
        verbose.record(&Event::new(instant(), 1, what));
    }
    verbose.record(&sending("GET", "http://user:pass@127.0.0.1:8000/headers"));
    let expected = "2011-08-17T03:04:23.380175   PUT   http://h/?token=***\n\
                    2011-08-17T03:04:23.380175   PUT   http://h/?token=***\n\
                    2011-08-17T03:04:23.380175   GET   http://***@127.0.0.1:8000/headers\n";
    assert_eq!(text(verbose.into_inner()), expected);
}

#[test]
fn times_are_shown_in_the_zone_that_was_asked_for() {
    let verbose = Verbose::new(Vec::new()).time_zone("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    verbose.record(&sending("GET", "http://h/"));
    assert_eq!(text(verbose.into_inner()), "2011-08-17T05:04:23.380175   GET   http://h/\n");

    assert!(Verbose::new(io::sink()).time_zone("Nowhere/At All").is_err());
    assert!(Detailed::new(io::sink()).time_zone("UTC").is_ok());
}

#[test]
fn without_a_zone_the_system_s_own_is_used() {
    let verbose = Verbose::new(Vec::new());
    verbose.record(&sending("GET", "http://h/"));
    let line = text(verbose.into_inner());
    // Whatever the zone, offsets are whole minutes today: seconds and microseconds stay.
    assert!(line.starts_with("2011-08-1") && line.ends_with(":23.380175   GET   http://h/\n"), "{line}");
}

#[test]
fn a_line_is_one_write_and_one_flush() {
    let noting = Noting::default();
    Verbose::new(noting.clone()).utc().record(&sending("GET", "http://h/"));
    let notes = noting.0.lock().unwrap().clone();
    assert_eq!(notes, ["2011-08-17T03:04:23.380175   GET   http://h/\n", "flush"]);
}

#[test]
fn everything_is_one_detailed_line_without_secrets() {
    let detailed = Detailed::new(Vec::new()).utc();
    let mut expected = String::new();
    for (what, words) in every_event() {
        detailed.record(&Event::new(instant(), 7, what));
        expected += &format!("2011-08-17T03:04:23.380175   call 7: {words}\n");
    }
    assert_eq!(text(detailed.into_inner()), expected);
}

#[test]
fn a_line_can_be_had_without_being_written() {
    let (brief, detailed) = (Verbose::new(io::sink()).utc(), Detailed::new(io::sink()).utc());
    let event = sending("GET", "http://h.example/");
    let line = brief.line(&event).unwrap();
    let sink = Verbose::new(Vec::new()).utc();
    sink.record(&event);
    assert_eq!(text(sink.into_inner()), format!("{line}\n"));

    let sink = Detailed::new(Vec::new()).utc();
    sink.record(&event);
    assert_eq!(text(sink.into_inner()), format!("{}\n", detailed.line(&event)));
    let unsent = Event::new(instant(), 7, What::Warning { text: "w".into() });
    assert_eq!(brief.line(&unsent), None);
}

#[test]
fn an_event_of_no_call_names_none() {
    assert_eq!(Event::new(instant(), 0, What::Closed { why: None }).to_string(), "closed a connection");
}

#[test]
fn control_characters_never_break_a_line() {
    let evil = "http://h/\r\n2011-08-17T03:04:23.380175   GET   http://forged/\u{1b}[2J\u{2028}";
    let verbose = Verbose::new(Vec::new()).utc();
    verbose.record(&sending("G\nET", evil));
    let detailed = Detailed::new(Vec::new()).utc();
    let link = Some(evil.into());
    detailed.record(&Event::new(instant(), 1, What::Informational { status: 103, link }));
    for line in [text(verbose.into_inner()), text(detailed.into_inner())] {
        assert_eq!(line.chars().filter(|char| char.is_control() || *char == '\u{2028}').count(), 1, "{line:?}");
        assert!(line.ends_with('\n') && line.contains(r"http://h/\r\n2011"), "{line:?}");
    }
}

#[test]
fn the_first_error_of_a_writer_is_kept_and_later_lines_are_written() {
    let verbose = Verbose::new(Failing { failures: 2, written: Vec::new() }).utc();
    assert!(verbose.error().is_none());
    for path in ["a", "b", "c"] {
        verbose.record(&sending("GET", &format!("http://h/{path}")));
    }
    assert_eq!(verbose.error().unwrap().to_string(), "1 failures left");
    assert_eq!(text(verbose.into_inner().written), "2011-08-17T03:04:23.380175   GET   http://h/c\n");
}

#[test]
fn a_writer_that_panicked_is_used_again() {
    let noting = Noting::default();
    let verbose = Arc::new(Verbose::new(noting.clone()).utc());
    let shared = Arc::clone(&verbose);
    let panicked = std::thread::spawn(move || shared.record(&sending("PANIC", "http://h/"))).join();
    assert!(panicked.is_err());
    verbose.record(&sending("GET", "http://h/"));
    assert_eq!(noting.0.lock().unwrap().len(), 2);
}

#[test]
fn threads_never_mix_their_lines() {
    let verbose = Verbose::new(Vec::new()).utc();
    let url = format!("http://h/{}", "x".repeat(10_000));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| verbose.record(&sending("GET", &url))));
        }
    });
    let written = text(verbose.into_inner());
    assert_eq!(written.lines().count(), 200);
    assert!(written.lines().all(|line| line.starts_with("2011-") && line.ends_with(&url)));
}

#[test]
fn memory_keeps_events_as_they_were_and_shows_them_redacted() {
    let memory = Arc::new(Memory::new());
    let sink: Arc<dyn Sink> = memory.clone();
    let event = sending("GET", "http://h/?token=5ecret");
    sink.record(&event);
    assert_eq!(memory.events(), [event]);
    assert_eq!(memory.lines(), ["call 7: sending GET http://h/?token=*** on a new connection"]);
    memory.clear();
    assert!(memory.events().is_empty());
}

#[test]
fn a_closure_can_be_a_sink_and_so_can_what_points_to_one() {
    let calls = Mutex::new(Vec::new());
    let sink = FnSink(|event: &Event| calls.lock().unwrap().push(event.call));
    let event = sending("GET", "http://h/");
    sink.record(&event);
    let by_reference: &dyn Sink = &&sink;
    by_reference.record(&event);
    let boxed: Box<dyn Sink + '_> = Box::new(sink);
    boxed.record(&event);
    drop(boxed);
    assert_eq!(calls.into_inner().unwrap(), [7, 7, 7]);
}
