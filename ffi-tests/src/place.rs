//! Where things lie.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the repository")
}

/// The folder of `sortie.h`.
pub fn include() -> PathBuf {
    repository().join("include")
}

/// An empty folder for what a test makes, in the target folder. It is left there, for whoever looks why a test failed.
///
/// # Panics
/// If it cannot be made.
pub fn scratch(name: &str) -> PathBuf {
    let folder = ours().join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    folder
}

/// Our part of the target folder that this test runs from, below that of its profile.
pub(crate) fn ours() -> PathBuf {
    profile().join("ffi")
}

/// The folder of this test's profile: `target/debug`.
pub(crate) fn profile() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    // target/debug/deps/test
    test.ancestors().nth(2).expect("a test lies below a target folder").into()
}

/// What the environment says.
#[expect(clippy::disallowed_methods, reason = "how cargo and CI talk to tests")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
