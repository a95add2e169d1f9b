//! Stub, replaced by the whole.
use sortie_http::{Headers, PreparedRequest};
/// Digest.
#[derive(Clone)]
pub struct Digest;
pub(crate) enum Answer {
    Again { stale: bool },
    Rejected,
    Unanswerable(()),
}
impl Digest {
    /// x
    pub fn check(&self) -> Result<(), crate::Error> {
        Ok(())
    }

    pub(crate) fn authorization(&self, _: &PreparedRequest, _: impl FnOnce() -> [u8; 16]) -> Option<String> {
        None
    }
    pub(crate) fn learn(&self, _: &PreparedRequest, _: &Headers, _: Option<&str>) {}
    pub(crate) fn answer(&self, _: &PreparedRequest, _: &Headers, _: Option<&str>) -> Answer {
        Answer::Rejected
    }
}
