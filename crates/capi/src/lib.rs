#![doc = include_str!("../README.md")]

pub mod cancel;
pub mod context;
pub mod error;
mod fault;
mod fields;
mod fork;
mod guard;
pub mod history;
pub mod hooks;
mod lend;
pub mod links;
pub mod prepared;
pub mod request;
pub mod request_header;
pub mod request_hooks;
mod request_texts;
pub mod response;
pub mod response_head;
pub mod response_request;
pub mod session;
pub mod session_hooks;
pub mod session_limits;
pub mod status;
mod text;
pub mod timings;
pub mod values;
pub mod version;
