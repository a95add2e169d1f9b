//! Tools that may be missing.

use std::path::PathBuf;

use crate::place::variable;

/// Where Go is installed by its own archive, which tells no `PATH`.
const ELSEWHERE: [&str; 1] = ["/usr/local/go/bin"];

/// Finds a tool, such as `gcc`. If it is missing, that is printed, and the test goes on without.
///
/// # Panics
/// If it is missing where `CI=true`.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(ELSEWHERE.map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        skipped(&format!("no {name}"));
    }
    found
}

/// Says what was left out, and why.
///
/// # Panics
/// Where `CI=true`: there, all is run.
pub fn skipped(why: &str) {
    assert!(variable("CI").as_deref() != Some("true"), "{why}, but CI leaves nothing out");
    println!("skipped: {why}");
}
