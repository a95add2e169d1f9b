//! A bridge to the `log` facade.

use log::Level;

use crate::{Event, Sink, What};

/// A sink that hands events to the `log` facade, under the target `sortie`.
///
/// What went wrong ([`What::Suspicious`], [`What::Warning`], [`What::Failed`]) is told at level `warn`, the rest at
/// `debug`. The text is redacted and one line; it is made only where the level is enabled. Needs the feature `log`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bridge;

impl Sink for Bridge {
    fn record(&self, event: &Event) {
        let level = match event.what {
            What::Suspicious { .. } | What::Warning { .. } | What::Failed { .. } => Level::Warn,
            _ => Level::Debug,
        };
        log::log!(target: "sortie", level, "{event}");
    }
}
