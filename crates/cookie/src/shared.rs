use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::{Error, Format, Jar, Loaded, Scope, file};

/// A jar that several owners use, each for a moment. A clone is the same jar.
///
/// A thread that panicked while it had the jar does no harm: the next one goes on with what is there.
#[derive(Clone, Default)]
pub struct SharedJar(Arc<Shared>);

#[derive(Default)]
struct Shared {
    jar: Mutex<Jar>,
    /// What the jar's `len` was when it was last let go.
    len: AtomicUsize,
}

impl SharedJar {
    /// A new jar without cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the jar until the guard is dropped. Waits for whoever has it.
    pub fn lock(&self) -> JarGuard<'_> {
        let jar = self.0.jar.lock().unwrap_or_else(PoisonError::into_inner);
        JarGuard { jar, len: &self.0.len }
    }

    /// How many cookies there were when the jar was last let go. Takes no lock.
    pub fn len(&self) -> usize {
        self.0.len.load(Ordering::Acquire)
    }

    /// Whether there was none when the jar was last let go. Takes no lock.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [`Jar::save_file`], but the jar is free again before the file is written.
    pub fn save_file(&self, path: impl AsRef<Path>, format: Format, scope: Scope) -> Result<usize, Error> {
        let (text, count) = self.lock().to_text(format, scope);
        file::save(path.as_ref(), &text)?;
        Ok(count)
    }

    /// [`Jar::load_file`], but the jar is not taken before the file was read.
    pub fn load_file(&self, path: impl AsRef<Path>, format: Format, now: SystemTime) -> Result<Loaded, Error> {
        let text = file::load(path.as_ref())?;
        self.lock().read_from(&text, format, now)
    }
}

impl From<Jar> for SharedJar {
    fn from(jar: Jar) -> Self {
        SharedJar(Arc::new(Shared { len: AtomicUsize::new(jar.len()), jar: Mutex::new(jar) }))
    }
}

impl fmt::Debug for SharedJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedJar").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The jar of a [`SharedJar`], for as long as this lives.
pub struct JarGuard<'a> {
    jar: MutexGuard<'a, Jar>,
    len: &'a AtomicUsize,
}

impl Deref for JarGuard<'_> {
    type Target = Jar;

    fn deref(&self) -> &Jar {
        &self.jar
    }
}

impl DerefMut for JarGuard<'_> {
    fn deref_mut(&mut self) -> &mut Jar {
        &mut self.jar
    }
}

impl Drop for JarGuard<'_> {
    /// The count is set while the lock is still held, so that the last one to let go has the last word.
    fn drop(&mut self) {
        self.len.store(self.jar.len(), Ordering::Release);
    }
}

impl fmt::Debug for JarGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jar.fmt(f)
    }
}
