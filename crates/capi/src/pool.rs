//! What became of connections.

use crate::batch::sortie_batch;
use crate::error::sortie_error;
use crate::guard::guard;
use crate::lend::out;
use crate::status::sortie_status;

/// What became of the connections of a batch's loop.
#[repr(C)]
pub struct sortie_pool {
    /// How many were opened.
    pub opened: u64,
    /// How often a connection served another request.
    pub reused: u64,
    /// How many could not be opened.
    pub failed: u64,
    /// How many of those that were opened are secured by TLS.
    pub secured: u64,
    /// How many of those took up an earlier session of TLS.
    pub resumed: u64,
}

/// What became of the connections of a batch's loop since that was made. All is 0 before the first request.
///
/// Parameters: `pool`: a loop that has served the session before brings its figures along.
/// Returns: `SORTIE_ERR_NULL`, `SORTIE_ERR_BUSY`, `SORTIE_ERR_FORKED`.
/// Threads: the batch's one.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_batch_pool(
    batch: *const sortie_batch,
    pool: *mut sortie_pool,
    error: *mut *mut sortie_error,
) -> sortie_status {
    guard(error, || {
        sortie_batch::within(batch, |work| {
            let out = out(pool, "pool")?;
            let pool = work.batch().pool();
            out.write(sortie_pool {
                opened: pool.opened,
                reused: pool.reused,
                failed: pool.failed,
                secured: pool.secured,
                resumed: pool.resumed,
            });
            Ok(())
        })
    })
}
