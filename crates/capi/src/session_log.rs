//! Who is told what a session does.

use std::ffi::{c_char, c_void};
use std::fs::{File, OpenOptions};
use std::io;

use facade::{Detailed, ErrorKind, Event, SessionBuilder, Sink, Verbose};

use crate::context::{Context, sortie_drop};
use crate::error::sortie_error;
use crate::fault::Fault;
use crate::guard::guard;
use crate::lend::{duplicate, lend, text};
use crate::session::sortie_session;
use crate::status::sortie_status;
use crate::text::c_string;
use crate::values::{SORTIE_LOG_DETAILED, SORTIE_LOG_LINES};

/// Is told a line of a log: NUL-ended, without a line break, `size` bytes of UTF-8 before the NUL. It is lent until the callback
/// returns. Called on whichever thread works for the session, several at once; it may use the session.
pub type sortie_log = Option<extern "C" fn(context: *mut c_void, line: *const c_char, size: usize)>;

/// What a line tells.
#[derive(Clone, Copy)]
enum Style {
    /// That an exchange begins.
    Lines,
    /// Anything that happens.
    Detailed,
}

/// A sink of C's: lines are made here, without a lock, and handed over.
struct Handed {
    lines: Lines,
    log: extern "C" fn(*mut c_void, *const c_char, usize),
    context: Context,
}

/// Who makes the lines; nothing is written.
enum Lines {
    Brief(Verbose<io::Sink>),
    Detailed(Detailed<io::Sink>),
}

/// Writes what happens to a descriptor, a line each by one write, in place of what was said of logs before. A line that cannot
/// be written is lost; no call fails for it.
///
/// Parameters: `fd`: duplicated, so that it may be closed at once; a pipe whose reader is gone raises SIGPIPE, as with any
/// write. `style`: `SORTIE_LOG_LINES`: local time, method and URL of each exchange as it is sent; `SORTIE_LOG_DETAILED`:
/// everything, for debugging. Neither shows secrets.
/// Returns: `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_SYSTEM` where `fd` is not open;
/// `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_log_fd(
    session: Option<&sortie_session>,
    fd: i32,
    style: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let style = Style::of(style)?;
        sortie_session::lend(session)?;
        let file = File::from(duplicate(fd).map_err(|source| {
            facade::Error::new(ErrorKind::System)
                .with_message(format!("cannot duplicate the descriptor {fd}"))
                .with_source(source)
        })?);
        sortie_session::change(session, |defaults| style.write(defaults, file))
    })
}

/// Appends what happens to a file, a line each by one write, in place of what was said of logs before. It is made where it is
/// not there. A line that cannot be written is lost; no call fails for it.
///
/// Parameters: `style`: as for `sortie_session_set_log_fd`.
/// Returns: `SORTIE_ERR_FILE` where it cannot be opened; `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_NULL`,
/// `SORTIE_ERR_UTF8`, `SORTIE_ERR_FORKED`.
/// Ownership: `path` is copied.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_log_path(
    session: Option<&sortie_session>,
    path: *const c_char,
    style: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (path, style) = (text(path, "path")?, Style::of(style)?);
        sortie_session::lend(session)?;
        let file = OpenOptions::new().append(true).create(true).open(path).map_err(|source| {
            facade::Error::new(ErrorKind::File).with_message(format!("cannot open the log {path}")).with_source(source)
        })?;
        sortie_session::change(session, |defaults| style.write(defaults, file))
    })
}

/// Tells a callback what happens, in place of what was said of logs before.
///
/// Parameters: `style`: as for `sortie_session_set_log_fd`.
/// Returns: `SORTIE_ERR_ARGUMENT` for another style; `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Ownership: `context` is let go by `drop`, unless that is NULL: when another log is set, or the session is gone, and the calls
/// that began before have ended; at once where this fails.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_set_log_callback(
    session: Option<&sortie_session>,
    log: sortie_log,
    context: *mut c_void,
    drop: sortie_drop,
    style: i32,
    error: *mut *mut sortie_error,
) -> sortie_status {
    // Before anything can fail.
    let context = Context::new(context, drop);
    guard(error, || {
        let (log, style) = (lend(log, "log")?, Style::of(style)?);
        let lines = match style {
            Style::Lines => Lines::Brief(Verbose::new(io::sink())),
            Style::Detailed => Lines::Detailed(Detailed::new(io::sink())),
        };
        let sink = Handed { lines, log, context };
        sortie_session::change(session, |defaults| defaults.sink(sink))
    })
}

/// Tells nobody what happens, which is the default.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`.
/// Threads: any; it holds for calls that begin later.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_session_unset_log(
    session: Option<&sortie_session>,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || sortie_session::change(session, |defaults| defaults.unset_sink()))
}

impl Style {
    fn of(style: i32) -> Result<Self, Fault> {
        match style {
            SORTIE_LOG_LINES => Ok(Style::Lines),
            SORTIE_LOG_DETAILED => Ok(Style::Detailed),
            other => Err(Fault::argument("style", format_args!("is {other}, which is no style of a log"))),
        }
    }

    fn write(self, defaults: SessionBuilder, file: File) -> SessionBuilder {
        match self {
            Style::Lines => defaults.sink(Verbose::new(file)),
            Style::Detailed => defaults.sink(Detailed::new(file)),
        }
    }
}

impl Sink for Handed {
    fn record(&self, event: &Event) {
        let line = match &self.lines {
            Lines::Brief(lines) => lines.line(event),
            Lines::Detailed(lines) => Some(lines.line(event)),
        };
        if let Some(line) = line {
            let line = c_string(line);
            (self.log)(self.context.pointer(), line.as_ptr(), line.as_bytes().len());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::ptr;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use facade::Session;
    use sortie_testserver::TestServer;

    use super::*;
    use crate::status::*;
    use crate::trial::{Temporary, session};

    const NO: *mut *mut sortie_error = ptr::null_mut();

    fn get(session: Option<&sortie_session>, server: &TestServer) {
        assert!(sortie_session::lend(session).unwrap().get(server.url("/get")).send().unwrap().ok());
    }

    extern "C" fn ignore(_: *mut c_void, _: *const c_char, _: usize) {}

    #[test]
    fn a_descriptor_may_be_closed_at_once() {
        let server = TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let (reader, writer) = UnixStream::pair().unwrap();
        assert_eq!(sortie_session_set_log_fd(session, writer.as_raw_fd(), SORTIE_LOG_LINES, NO), SORTIE_OK);
        drop(writer);
        get(session, &server);
        assert_eq!(sortie_session_unset_log(session, NO), SORTIE_OK);
        get(session, &server);
        let lines: Vec<String> = BufReader::new(reader).lines().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].ends_with(&format!("   GET   {}", server.url("/get"))), "{lines:?}");
    }

    #[test]
    fn a_file_is_appended_to() {
        let server = TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let file = Temporary::new("log");
        for _ in 0..2 {
            let path = file.path();
            assert_eq!(sortie_session_set_log_path(session, path.as_ptr(), SORTIE_LOG_DETAILED, NO), SORTIE_OK);
            get(session, &server);
        }
        assert_eq!(file.read().matches(": sending GET ").count(), 2, "{}", file.read());
    }

    #[test]
    fn what_cannot_be_written_to_changes_nothing() {
        let server = TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        let file = Temporary::new("log-kept");
        let path = file.path();
        assert_eq!(sortie_session_set_log_path(session, path.as_ptr(), SORTIE_LOG_LINES, NO), SORTIE_OK);
        assert_eq!(sortie_session_set_log_path(session, path.as_ptr(), 2, NO), SORTIE_ERR_ARGUMENT);
        assert_eq!(sortie_session_set_log_path(session, c"/nowhere/log".as_ptr(), 0, NO), SORTIE_ERR_FILE);
        assert_eq!(sortie_session_set_log_path(session, ptr::null(), 0, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_set_log_fd(session, -1, 0, NO), SORTIE_ERR_SYSTEM);
        assert_eq!(sortie_session_set_log_fd(session, i32::MAX, 0, NO), SORTIE_ERR_SYSTEM);
        assert_eq!(sortie_session_set_log_fd(None, 1, 0, NO), SORTIE_ERR_NULL);
        assert_eq!(sortie_session_unset_log(None, NO), SORTIE_ERR_NULL);
        get(session, &server);
        assert_eq!(file.read().lines().count(), 1);
    }

    static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static USED: Mutex<Option<(Session, String)>> = Mutex::new(None);

    /// Sends with the session that has called back, the first time.
    extern "C" fn send(_: *mut c_void, line: *const c_char, size: usize) {
        let line = text(line, "line").unwrap();
        assert_eq!(line.len(), size);
        LINES.lock().unwrap().push(line.into());
        let used = USED.lock().unwrap().take();
        if let Some((session, url)) = used {
            session.get(url).send().unwrap();
            session.change(|defaults| defaults.user_agent("called/back")).unwrap();
        }
    }

    #[test]
    fn a_callback_may_use_the_session() {
        let server = TestServer::start().unwrap();
        let session = session();
        let session = Some(&*session);
        *USED.lock().unwrap() = Some((sortie_session::lend(session).unwrap().clone(), server.url("/status/204")));
        let (context, drop) = (ptr::null_mut(), None);
        let log: sortie_log = Some(send);
        assert_eq!(sortie_session_set_log_callback(session, log, context, drop, SORTIE_LOG_LINES, NO), SORTIE_OK);
        get(session, &server);
        let lines = LINES.lock().unwrap().clone();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with("/get") && lines[1].ends_with("/status/204"), "{lines:?}");
    }

    static DROPS: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn count(_: *mut c_void) {
        DROPS.fetch_add(1, Ordering::SeqCst);
    }

    #[test]
    fn a_context_is_let_go_once_and_also_after_a_fault() {
        let server = TestServer::start().unwrap();
        let handle = session();
        let session = Some(&*handle);
        let (log, drop): (sortie_log, sortie_drop) = (Some(ignore), Some(count));
        let set = |session, log, style| sortie_session_set_log_callback(session, log, ptr::null_mut(), drop, style, NO);
        assert_eq!(set(None, log, 0), SORTIE_ERR_NULL);
        assert_eq!(set(session, None, 0), SORTIE_ERR_NULL);
        assert_eq!(set(session, log, 7), SORTIE_ERR_ARGUMENT);
        assert_eq!(DROPS.load(Ordering::SeqCst), 3);
        assert_eq!(set(session, log, SORTIE_LOG_DETAILED), SORTIE_OK);
        get(session, &server);
        assert_eq!(DROPS.load(Ordering::SeqCst), 3);
        assert_eq!(set(session, log, SORTIE_LOG_LINES), SORTIE_OK);
        assert_eq!(DROPS.load(Ordering::SeqCst), 4);
        crate::session::sortie_session_free(Arc::into_raw(handle).cast_mut());
        assert_eq!(DROPS.load(Ordering::SeqCst), 5);
    }
}
