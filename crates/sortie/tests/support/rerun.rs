//! A test in a process of its own, under limits of its own.

use std::process::Command;

/// By which the other process knows what it is there for.
const WORD: &str = "SORTIE_TEST_WORD";

/// The word that [`rerun`] was given, in the process that it has started.
#[expect(clippy::disallowed_methods, reason = "the other process of a test is told by its environment what it is")]
pub(crate) fn word() -> Option<String> {
    std::env::var(WORD).ok()
}

/// Runs one test of this binary once more, in a process whose limits these words of a shell set, and with a word for it.
pub(crate) fn rerun(test: &str, limits: &str, word: &str) {
    let output = Command::new("sh")
        .args(["-c", &format!("{limits} && exec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(WORD, word)
        .output()
        .unwrap();
    let [said, warned] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success() && said.contains("1 passed"), "{test}, alone:\n{said}{warned}");
}
