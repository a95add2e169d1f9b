//! How far a batch has come.

use std::ffi::c_void;

use facade::Snapshot;

use crate::batch::sortie_batch;
use crate::context::Context;
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::{out, share};
use crate::status::sortie_status;
use crate::values::SORTIE_UNKNOWN;

/// How far a batch had come at one moment.
#[repr(C)]
#[derive(Debug, Eq, PartialEq)]
pub struct sortie_progress {
    /// How many requests there are in all; `SORTIE_UNKNOWN` where more may be submitted.
    pub total: u64,
    /// How many were submitted, those that could not be sent included.
    pub submitted: u64,
    /// How many have not ended: queued or under way.
    pub in_flight: u64,
    /// How many have ended, the failed ones included.
    pub done: u64,
    /// How many of those ended with an error. A status of 400 or above is none.
    pub failed: u64,
    /// How many bytes of content came, decoded, in responses.
    pub bytes: u64,
    /// From the first submission to the last turn.
    pub elapsed_ns: u64,
}

/// Is told how far a batch has come. `progress` is lent.
pub type sortie_progress_callback = Option<extern "C" fn(context: *mut c_void, progress: *const sortie_progress)>;

/// Who is told how far a batch has come.
pub(crate) struct Report {
    report: extern "C" fn(context: *mut c_void, progress: *const sortie_progress),
    context: Context,
}

impl sortie_progress {
    fn new(snapshot: &Snapshot) -> Self {
        sortie_progress {
            total: snapshot.total.unwrap_or(SORTIE_UNKNOWN),
            submitted: snapshot.submitted,
            in_flight: snapshot.in_flight,
            done: snapshot.done,
            failed: snapshot.failed,
            bytes: snapshot.bytes,
            elapsed_ns: u64::try_from(snapshot.elapsed.as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

impl Report {
    pub(crate) fn new(
        report: extern "C" fn(context: *mut c_void, progress: *const sortie_progress),
        context: Context,
    ) -> Self {
        Report { report, context }
    }

    pub(crate) fn tell(&self, snapshot: &Snapshot) {
        let progress = sortie_progress::new(snapshot);
        (self.report)(self.context.pointer(), &raw const progress);
    }
}

/// How far a batch has come, as of its last turn.
///
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_FORKED`; never `SORTIE_ERR_BUSY`.
/// Threads: any, also while another turns the batch. Each figure is right; they may be of slightly different moments.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_progress(
    batch: *const sortie_batch,
    progress: *mut sortie_progress,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        let (batch, out) = (share(batch, "batch")?, out(progress, "progress")?);
        out.write(sortie_progress::new(&batch.progress()?.now()));
        Ok(())
    })
}
