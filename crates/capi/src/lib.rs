#![doc = include_str!("../README.md")]

mod cancel;
mod context;
mod error;
mod fault;
mod fork;
mod guard;
mod lend;
mod request;
mod response;
mod session;
mod status;
mod text;
mod version;
