//! The line that a program prints.

use std::fmt;
use std::process::ExitCode;

use crate::Tally;

/// What a run did, displayed as one line of JSON without its end.
pub trait Line: fmt::Display {
    /// How many requests there were to send.
    fn requests(&self) -> usize;

    /// How they ended.
    fn tally(&self) -> &Tally;

    /// Prints the line to the standard output, and the first few failures to the standard error.
    ///
    /// The code is 0 if every response had the status 200, and else 1.
    fn print(&self) -> ExitCode {
        println!("{self}");
        let missing = self.requests() - self.tally().ok();
        if missing == 0 {
            return ExitCode::SUCCESS;
        }
        for failure in self.tally().failures() {
            eprintln!("{failure}");
        }
        eprintln!("{missing} of {} were not answered with 200", self.requests());
        ExitCode::FAILURE
    }
}

/// A number to three places, or `null`, since JSON knows no infinity.
pub(crate) struct Quotient(pub(crate) f64, pub(crate) f64);

impl fmt::Display for Quotient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quotient(dividend, divisor) = self;
        if *divisor == 0.0 { f.write_str("null") } else { write!(f, "{:.3}", dividend / divisor) }
    }
}
