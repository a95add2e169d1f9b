//! Many tasks on one thread.

use std::future::Future;
use std::sync::Arc;

use sortie_benches::{Error, Job, Report};
use tokio::runtime::Builder;

use crate::{Answers, measure};

/// Does the job by as many tasks as its concurrency, on a runtime of one thread, and says what that cost.
///
/// The runtime is built, and ended, outside the clocks. `task` gives one of the tasks: it sends until there is no request
/// left. A task that panics loses its request: that is then a failure in the tally.
///
/// Fails if there is no runtime to be had, and as [`measure`] does.
pub fn on_one_thread<B, F>(job: &Job, task: impl Fn(Arc<Answers<B>>) -> F) -> Result<Report, Error>
where
    B: AsRef<[u8]> + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|source| Error::Queue { source })?;
    measure(job, |answers| {
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..job.concurrency.min(job.count)).map(|_| tokio::spawn(task(Arc::clone(answers)))).collect();
            for task in tasks {
                // A panic was told on the standard error; what it lost is missing among the answers.
                let _ = task.await;
            }
        });
        Ok(())
    })
}
