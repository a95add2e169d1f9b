//! Responses as they come over the wire: good, broken, and from nowhere.
#![allow(clippy::unwrap_used)]

mod drive;
mod faults;
mod noise;
mod pure;
mod responses;
