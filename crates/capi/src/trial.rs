//! What tests of the boundary need.

use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, process, ptr};

use crate::error::{sortie_error, sortie_error_message};
use crate::lend::{owned, text, unshare};
use crate::session::{sortie_session, sortie_session_new};
use crate::status::{SORTIE_OK, sortie_status};

/// What a function makes, given an out parameter.
pub(crate) fn made<T>(make: impl FnOnce(*mut *mut T) -> sortie_status) -> Box<T> {
    owned(given(make)).unwrap()
}

/// The session that a function makes.
pub(crate) fn made_session(make: impl FnOnce(*mut *mut sortie_session) -> sortie_status) -> Arc<sortie_session> {
    unshare(given(make)).unwrap()
}

/// How a function fails: its status and its words.
pub(crate) fn failed(call: impl FnOnce(*mut *mut sortie_error) -> sortie_status) -> (sortie_status, String) {
    let mut pointer = ptr::null_mut();
    let status = call(&raw mut pointer);
    let error = owned(pointer).unwrap();
    (status, text(sortie_error_message(Some(&error)), "message").unwrap().into())
}

/// A session with the defaults.
pub(crate) fn session() -> Arc<sortie_session> {
    made_session(|out| sortie_session_new(out, ptr::null_mut()))
}

/// A file that is gone at the end.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    /// A name that no other test has; nothing is there.
    pub(crate) fn new(name: &str) -> Self {
        Temporary(std::env::temp_dir().join(format!("sortie-capi-{}-{name}", process::id())))
    }

    /// The path for C.
    pub(crate) fn path(&self) -> CString {
        CString::new(self.0.to_str().unwrap()).unwrap()
    }

    pub(crate) fn write(&self, content: &str) {
        fs::write(&self.0, content).unwrap();
    }

    pub(crate) fn read(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn given<T>(make: impl FnOnce(*mut *mut T) -> sortie_status) -> *mut T {
    let mut pointer = ptr::null_mut();
    assert_eq!(make(&raw mut pointer), SORTIE_OK);
    pointer
}
