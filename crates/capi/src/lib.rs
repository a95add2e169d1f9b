#![doc = include_str!("../README.md")]

pub mod cancel;
pub mod context;
pub mod cookies;
pub mod error;
mod fault;
mod fork;
mod guard;
mod lend;
pub mod request;
pub mod request_header;
mod request_texts;
pub mod response;
pub mod retries;
pub mod session;
pub mod session_auth;
pub mod session_connecting;
pub mod session_cookies;
pub mod session_defaults;
pub mod session_limits;
pub mod session_log;
pub mod session_saved;
pub mod status;
mod text;
pub mod tls;
pub mod values;
pub mod version;
