//! The arguments of a program.

use std::process::ExitCode;

use crate::tally::chain;
use crate::{DIFFERENT, Error, Line, Urls};

/// A measuring program, and the options that it takes beside `URL COUNT CONCURRENCY`.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Options that work: each with its dashes and, behind a blank, what its value is called if it has one; and what it
    /// does.
    pub options: &'static [(&'static str, &'static str)],
    /// Options that are planned. They are refused as such, so that no script measures something else than it asked for.
    pub later: &'static [&'static str],
}

/// What to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Job {
    /// Where to.
    pub url: String,
    /// How many requests. 0 tells what the program costs by itself.
    pub count: usize,
    /// How many of them at the same time, at least 1.
    pub concurrency: usize,
    /// The options that were given.
    options: Vec<(&'static str, String)>,
}

impl Program {
    /// Reads the arguments, the program's own name not among them. Options may stand anywhere.
    ///
    /// Fails with what is missing, superfluous, unknown, not there yet or not a number.
    pub fn job(&self, arguments: impl IntoIterator<Item = String>) -> Result<Job, Error> {
        let mut options = Vec::new();
        let mut places = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with('-') {
                places.push(argument);
            } else if let Some((option, _)) = self.options.iter().find(|(option, _)| name(option) == argument) {
                let value = if name(option) == *option { Some(String::new()) } else { arguments.next() };
                options.push((*option, value.ok_or(Error::Missing { what: option })?));
            } else if let Some(option) = self.later.iter().find(|option| argument.split('=').next() == Some(**option)) {
                return Err(Error::NotYet { option });
            } else {
                return Err(Error::Unknown { option: argument });
            }
        }
        let mut places = places.into_iter();
        let mut place = |what| places.next().ok_or(Error::Missing { what });
        let url = place("URL")?;
        let count = number("COUNT", place("COUNT")?, 0)?;
        let concurrency = number("CONCURRENCY", place("CONCURRENCY")?, 1)?;
        match places.next() {
            Some(text) => Err(Error::Surplus { text }),
            None => Ok(Job { url, count, concurrency, options }),
        }
    }

    /// Does the job that the arguments of this process ask for, and prints what came of it.
    ///
    /// The code is 0 if all was well, 1 if something failed, 2 if the arguments are wrong; the standard error says what.
    pub fn run<L: Line>(&self, work: impl FnOnce(&Job) -> Result<L, Error>) -> ExitCode {
        let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
        match self.job(arguments).and_then(|job| work(&job)) {
            Ok(line) => line.print(),
            Err(error) => {
                eprintln!("{}: {}", self.name, chain(&error));
                if !error.is_usage() {
                    return ExitCode::FAILURE;
                }
                eprint!("{}", self.usage());
                ExitCode::from(2)
            }
        }
    }

    /// How to call the program, in lines.
    pub fn usage(&self) -> String {
        let mut usage = format!("usage: {} URL COUNT CONCURRENCY", self.name);
        for (option, _) in self.options {
            usage.push_str(&format!(" [{option}]"));
        }
        usage.push_str("\n  URL          where to send GET requests\n");
        usage.push_str("  COUNT        how many of them, 0 or more\n");
        usage.push_str("  CONCURRENCY  how many at the same time, 1 or more\n");
        for (option, does) in self.options {
            usage.push_str(&format!("  {option:15}  {does}\n"));
        }
        usage
    }
}

impl Job {
    /// Whether an option was given, named as the program names it.
    pub fn has(&self, option: &str) -> bool {
        self.value(option).is_some()
    }

    /// The value that an option was given, the last one if there are several; empty for one that has none.
    pub fn value(&self, option: &str) -> Option<&str> {
        self.options.iter().rev().find(|(given, _)| *given == option).map(|(_, value)| value.as_str())
    }

    /// The URL of each request: one and the same, or, with [`DIFFERENT`], each with a query of its own.
    pub fn urls(&self) -> Urls<'_> {
        match self.has(DIFFERENT.0) {
            true => Urls::different(&self.url, self.count),
            false => Urls::Alike(&self.url),
        }
    }
}

/// An option without what its value is called.
fn name(option: &str) -> &str {
    option.split(' ').next().unwrap_or(option)
}

/// Decimal digits only: `parse` would take a sign.
fn number(what: &'static str, text: String, least: usize) -> Result<usize, Error> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && number >= least => Ok(number),
        _ => Err(Error::Number { what, text }),
    }
}
