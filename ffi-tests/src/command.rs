//! Commands, with an end to patience.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::checker::Checker;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a command printed, on stdout and stderr in the order in which it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Printed(pub String);

/// Runs a command to its end.
///
/// # Panics
/// If it does not end with the status 0, or not in time: it is killed then. What it printed is told.
#[track_caller]
pub fn run(command: Command) -> Printed {
    run_within(command, PATIENCE)
}

/// The same, with another end to patience: for what builds much on a machine that has other work.
///
/// # Panics
/// As [`run`].
#[track_caller]
pub fn run_within(command: Command, patience: Duration) -> Printed {
    match attempt(command, patience * Checker::asked().patience()) {
        Ok(printed) => printed,
        Err(why) => panic!("{why}"),
    }
}

/// The same, with a fault to be looked at.
pub(crate) fn attempt(mut command: Command, patience: Duration) -> Result<Printed, String> {
    let shown = format!("{command:?}");
    let cannot = |source: io::Error| format!("{shown}: {source}");
    let (mut from, to) = io::pipe().map_err(cannot)?;
    let other = to.try_clone().map_err(cannot)?;
    let mut child = command.stdin(Stdio::null()).stdout(to).stderr(other).spawn().map_err(cannot)?;
    // It holds the ends that the child writes to: without this, reading would never end.
    drop(command);
    let (done, ended) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut printed = Vec::new();
        let _ = from.read_to_end(&mut printed);
        let _ = done.send(());
        String::from_utf8_lossy(&printed).into_owned()
    });
    let late = ended.recv_timeout(patience).is_err();
    if late {
        child.kill().map_err(cannot)?;
    }
    let status = child.wait().map_err(cannot)?;
    if late {
        return Err(format!("{shown}: killed after {patience:?}"));
    }
    let printed = reader.join().map_err(|_| format!("{shown}: its output was lost"))?;
    if status.success() { Ok(Printed(printed)) } else { Err(format!("{shown}: {status}\n{printed}")) }
}
