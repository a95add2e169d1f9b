//! What persists between calls and how it meets a request: profile, merge, hooks, prepare, finish.
//!
//! A call begins as [`Arguments`]: what a program asked for, as it was given. [`prepare`] lays them over the session's
//! [`Profile`], shows them to the hooks and makes a request of them that can be sent. Somebody else sends it. [`finish`]
//! takes how it ended, shows it to the hooks and gives the program its [`Response`], or the [`Error`].
//! ```text
//! Arguments ─ merge over Profile ─ args ─ encode ─ pre_request ─ check ─► Prepared { request, policy, after }
//!                                                                             │ sent by another
//! Result<Response, Error> ◄─ response ─ post_request ─◄ finish(after, Ended) ◄┘
//! ```
//! - [`Settings`] are what later sessions start from; a [`Profile`] is what one session brings to each request.
//! - A [`Memo`] keeps what requests have in common, so that a like one costs next to nothing.
//! - [`Hooks`] are the four points at which a program's own code steps in.
//! - [`environment()`] is what the process's variables say, read once.
//! - [`Setting`] is a request's word over its session's: unset, set, or removed.
//!
//! Nothing here knows a socket, a thread or a clock. Feature `json` (on by default) brings `BodyArgument::json`,
//! `Response::json`, and `Profile::to_json` and `restore_json`.
//!
//! ```
//! use std::sync::Arc;
//! use sortie_http::Method;
//! use sortie_session::{Arguments, Basic, Memo, Profile, prepare};
//!
//! let mut profile = Profile::new();
//! profile.set_header("x-test", "true");
//! profile.auth = Some(Basic::new("user", "pass").into());
//! let (profile, memo) = (Arc::new(profile), Memo::new());
//!
//! let mut args = Arguments::new(Method::GET, "http://127.0.0.1:8000/headers");
//! args.set_header("x-test2", "true");
//! let prepared = prepare(&profile, &memo, args)?;
//!
//! let names: Vec<_> = prepared.request.headers().iter().map(|(name, _)| name).collect();
//! assert_eq!(names, ["Host", "User-Agent", "Accept-Encoding", "Accept", "x-test", "x-test2", "Authorization"]);
//! # Ok::<(), sortie_session::Error>(())
//! ```

mod arguments;
mod auth;
mod base;
mod body;
mod channel;
mod check;
mod encode;
mod entries;
mod environment;
mod error;
mod explain;
#[cfg(feature = "json")]
mod field;
mod finish;
mod hooks;
mod io_error;
mod kind;
mod links;
mod memo;
mod merge;
#[cfg(feature = "json")]
mod misfit;
mod prepare;
mod profile;
mod reading;
mod response;
#[cfg(feature = "json")]
mod restore;
#[cfg(feature = "json")]
mod save;
#[cfg(feature = "json")]
mod secrets;
mod sending;
mod setting;
mod settings;
mod settle;
mod tried;
mod values;

pub use arguments::Arguments;
pub use auth::{Auth, Basic, Bearer};
pub use body::BodyArgument;
pub use channel::BodySender;
pub use environment::{Environment, Found, environment};
pub use error::Error;
pub use explain::{Explanation, Matter, What, Whence, explain};
pub use finish::{After, Before, Ended, deliver, finish, warnings};
pub use hooks::{Hooks, Sent};
pub use kind::{ErrorKind, Phase};
pub use links::{Link, Links};
pub use memo::Memo;
#[cfg(feature = "json")]
pub use misfit::{Ignored, Misfit};
pub use prepare::{Prepared, prepare};
pub use profile::{Connections, Profile};
pub use response::Response;
#[cfg(feature = "json")]
pub use restore::Restored;
#[cfg(feature = "json")]
pub use secrets::Secrets;
pub use sending::{Expect, Upload};
pub use setting::Setting;
pub use settings::Settings;
pub use tried::{Setback, Tried};
pub use values::Values;

pub use sortie_hooks::{Answer, Refusal, Refuse, Warning};

#[cfg(all(doctest, feature = "json"))]
#[doc = include_str!("../README.md")]
struct Readme;
