#![doc = include_str!("../README.md")]

pub mod cancel;
pub mod context;
pub mod download;
mod draft;
pub mod error;
mod fault;
mod fork;
mod guard;
mod lend;
pub mod receive;
pub mod request;
pub mod request_auth;
pub mod request_body;
pub mod request_connecting;
pub mod request_header;
pub mod request_limits;
pub mod request_part;
pub mod request_reader;
mod request_texts;
pub mod response;
pub mod session;
pub mod session_limits;
pub mod status;
pub mod stream;
mod text;
pub mod values;
pub mod version;
