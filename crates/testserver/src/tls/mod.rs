//! TLS at the server's end: certificates made at the start, never written anywhere, and what is done with them.

mod authority;
mod config;
mod options;
mod secured;

pub use authority::{Authority, Identity};
pub(crate) use config::config;
pub use options::{TlsOptions, TlsVersions};
pub(crate) use secured::Secured;
