//! Files that are gone at the end.

use std::fs;
use std::path::{Path, PathBuf};

/// A file in the system's folder for such.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    /// With this content, and a name that no other test has.
    pub(crate) fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = std::env::temp_dir().join(format!("sortie-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        Temporary(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
