//! The clocks around the work.

use std::sync::Arc;

use sortie_benches::{Error, Job, Meter, Report};

use crate::Answers;

/// Lets `work` send the job's requests, and says what that cost: time is taken around the work alone, and the answers
/// live until after that.
///
/// Fails if the work does, or where the system does not tell the peak of the memory. What happens to one request is in
/// the tally of the report.
pub fn measure<B: AsRef<[u8]>>(
    job: &Job,
    work: impl FnOnce(&Arc<Answers<B>>) -> Result<(), Error>,
) -> Result<Report, Error> {
    let meter = Meter::start();
    let answers = Arc::new(Answers::new(job.count));
    work(&answers)?;
    let spent = meter.stop()?;
    Ok(Report { requests: job.count, tally: answers.tally(), spent })
}
