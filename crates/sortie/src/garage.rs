//! Where drivers wait between calls, so that threads never wait for one another.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sortie_engine::Limits;

use crate::driver::{Audience, Driver};

/// How many drivers are parked at the most; the connections of any more are closed.
const PLACES: usize = 4;

/// How long a driver may have stood before its links are looked at.
const FRESH: Duration = Duration::from_secs(1);

/// A stack of idle drivers.
#[derive(Default)]
pub(crate) struct Garage {
    parked: Mutex<Vec<Driver>>,
}

/// Hears nothing, since nothing is under way.
struct Nobody;

impl Garage {
    /// The driver that was parked last, or a new one. It is held to these limits.
    ///
    /// Where one stood for a while, or `sweep` asks for it, links that the peers have closed go first.
    pub(crate) fn take(&self, limits: &Limits, sweep: bool) -> io::Result<Driver> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut driver) = parked else { return Driver::new(limits.clone()) };
        let stood_since = driver.now();
        let stood = driver.refresh().since(stood_since);
        if (sweep || stood > FRESH) && driver.turn(Some(Duration::ZERO), &mut Nobody).is_err() {
            return Driver::new(limits.clone());
        }
        driver.engine.set_limits(limits.clone());
        Ok(driver)
    }

    /// Parks a driver that has nothing under way; any other, and one too many, is closed.
    pub(crate) fn park(&self, driver: Driver) {
        if driver.engine.calls() > 0 {
            return;
        }
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        if parked.len() < PLACES {
            parked.push(driver);
        }
    }
}

impl Audience for Nobody {
    fn done(&mut self, _: u64, _: std::time::SystemTime, _: sortie_engine::Outcome) {}

    fn told(&mut self, _: u64, _: sortie_log::Event) {}
}
