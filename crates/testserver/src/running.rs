//! A server's thread.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::listen::Listener;

/// A thread that runs a server until this is dropped; then every task of it ends, and its connection with it.
#[derive(Debug)]
pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Has a new thread run `serve` with what `listener` makes in the thread's runtime.
    pub(crate) fn start<S>(name: &str, listener: impl FnOnce() -> io::Result<Listener>, serve: S) -> io::Result<Self>
    where
        S: AsyncFnOnce(&Listener) + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            listener()?
        };
        let (stop, stopped) = oneshot::channel();
        // The runtime is dropped at the end, and with it every task and its connection.
        let thread = thread::Builder::new().name(name.into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve(&listener) => {}
                    _ = stopped => {}
                }
                listener.shut();
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was printed there; the server is gone either way.
            let _ = thread.join();
        }
    }
}
