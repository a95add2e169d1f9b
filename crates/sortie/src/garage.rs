//! Where drivers wait between calls, so that threads never wait for one another.

use std::io;
use std::mem;
use std::sync::{Mutex, PoisonError, TryLockError};

use sortie_engine::Limits;

use crate::driver::Driver;

/// How many drivers are parked at the most; the connections of any more are closed.
const PLACES: usize = 4;

/// A stack of idle drivers.
#[derive(Default)]
pub(crate) struct Garage {
    parked: Mutex<Vec<Driver>>,
}

impl Garage {
    /// The driver that was parked last, or a new one. It is held to these limits.
    ///
    /// Its links were not listened to while it stood here; it does so by itself before it sends anything.
    pub(crate) fn take(&self, limits: &Limits) -> io::Result<Driver> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut driver) = parked else { return Driver::new(limits.clone()) };
        driver.refresh();
        driver.doubt();
        driver.engine.set_limits(limits.clone());
        driver.engine.begin_share();
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

    /// Closes what is parked without a word, and without waiting for anybody.
    pub(crate) fn abandon(&self) {
        let parked = match self.parked.try_lock() {
            Ok(mut parked) => mem::take(&mut *parked),
            Err(TryLockError::Poisoned(poisoned)) => mem::take(&mut *poisoned.into_inner()),
            // By a thread that is not there.
            Err(TryLockError::WouldBlock) => return,
        };
        parked.into_iter().for_each(Driver::abandon);
    }
}
