//! The library, built by cargo and laid out as it is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::command::attempt;
use crate::place::{ours, profile, repository, variable};

/// How long a build may take: dependencies included, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The library as it is shipped: `libsortie.so.0`, a link to it named `libsortie.so`, and `libsortie.a`.
#[derive(Clone, Debug)]
pub struct Library {
    folder: PathBuf,
}

/// The library as it is shipped, of the profile that this test was built with.
///
/// # Panics
/// If it cannot be built.
pub fn library() -> &'static Library {
    static BUILT: OnceLock<Library> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = profile().parent().expect("a profile lies below a target folder").to_owned();
        Library::build("plain", &target, &[])
    })
}

/// The library without any feature but `test-panic`, which exports `sortie_test_panic`.
///
/// # Panics
/// If it cannot be built.
pub fn panicking_library() -> &'static Library {
    static BUILT: OnceLock<Library> = OnceLock::new();
    // A target folder of its own: cargo gives both builds the same file names, and would take one for the other.
    BUILT.get_or_init(|| {
        Library::build("panic", &ours().join("panic-target"), &["--no-default-features", "--features", "test-panic"])
    })
}

impl Library {
    /// The folder that the linker and the loader are told.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The shared library.
    pub fn shared(&self) -> PathBuf {
        self.folder.join("libsortie.so.0")
    }

    /// The static library.
    pub fn archive(&self) -> PathBuf {
        self.folder.join("libsortie.a")
    }

    /// Builds it, and copies it aside: another build may write to the target folder while programs run.
    fn build(name: &str, target: &Path, features: &[&str]) -> Self {
        let profile = profile();
        let profile = profile.file_name().and_then(|name| name.to_str()).expect("profiles have plain names");
        let cargo = variable("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut command = Command::new(cargo);
        command
            .current_dir(repository())
            .args(["build", "--locked", "-p", "sortie-capi", "--profile"])
            .arg(if profile == "debug" { "dev" } else { profile })
            .args(features)
            .arg("--target-dir")
            .arg(target);
        attempt(command, PATIENCE).unwrap_or_else(|why| panic!("{why}"));
        let folder = ours().join(name);
        fs::create_dir_all(&folder).expect("our folder can be made");
        for (file, copy) in [("libsortie.so", "libsortie.so.0"), ("libsortie.a", "libsortie.a")] {
            renew(&target.join(profile).join(file), &folder.join(copy));
        }
        #[cfg(unix)]
        if !folder.join("libsortie.so").exists() {
            // Another test may have made it first.
            let _ = std::os::unix::fs::symlink("libsortie.so.0", folder.join("libsortie.so"));
        }
        Library { folder }
    }
}

/// Copies a file that is newer than its copy. Who uses the old copy keeps it.
fn renew(file: &Path, copy: &Path) {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let written = modified(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    if modified(copy).is_ok_and(|copied| copied > written) {
        return;
    }
    let beside = copy.with_extension(std::process::id().to_string());
    fs::copy(file, &beside).and_then(|_| fs::rename(&beside, copy)).expect("the library can be copied");
}
