//! A typed registry of named hook points, whose callbacks may replace what passes them.
//!
//! A [`Point`] is a place in a program that has a name and a list of callbacks. Data of one type pass it:
//! ```text
//!          ┌───────────────── Point<T> ─────────────────┐
//! data ──► │ callback 1 ──► callback 2 ──► callback 3   │ ──► data, or a Refusal
//!          └──────┬──────────────┬─────────────┬────────┘
//!         Some(new): goes on   None: same    Err or panic: same as before it, and a Warning
//! ```
//! - A callback gets the data. If it returns a value, that value *replaces* the data; if it returns nothing, nothing
//!   changes. What it may return is an [`Answer`]: `()`, `Option<T>`, `Result<Option<T>, E>` or `Result<(), E>`.
//! - If it returns an error or panics, a [`Warning`] is given, the data stay as they were before it, and the next
//!   callback runs.
//! - At a point made by [`Point::refusing`] it may return the error [`Refuse`]; the run then ends with a [`Refusal`].
//!
//! The crate knows nothing of what passes, and depends on nothing. Callbacks run on the thread that runs the point,
//! without any lock held. A panic is caught after the process's panic hook has run, and only where panics unwind.
//!
//! ```
//! use sortie_hooks::{Point, Refuse};
//!
//! let mut point: Point<String> = Point::refusing("args");
//! point.register(|url: &String| println!("{url}")); // looks
//! point.register(|url: &String| url.starts_with('/').then(|| format!("http://h{url}"))); // replaces, if need be
//! point.register(|url: &String| if url.contains("admin") { Err(Refuse::new("not there")) } else { Ok(()) });
//!
//! let mut warnings = Vec::new();
//! assert_eq!(point.run("/get".into(), &mut warnings).unwrap(), "http://h/get");
//! let refusal = point.run("/admin".into(), &mut warnings).unwrap_err();
//! assert_eq!(refusal.to_string(), "hook 3 of args refused: not there");
//! assert!(warnings.is_empty());
//! ```

mod answer;
mod guard;
mod point;
mod refuse;
mod warning;

pub use answer::Answer;
pub use guard::guard;
pub use point::Point;
pub use refuse::{Refusal, Refuse};
pub use warning::{Kind, Warning};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
