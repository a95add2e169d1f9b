//! The links of a response (RFC 8288).

use std::ffi::{CString, c_char};
use std::ptr;

use facade::Response;

use crate::lend::text;
use crate::response::{Lent, count, read, sortie_response};
use crate::text::c_string;

/// How many links the Link fields have.
///
/// Returns: 0 where `response` is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_link_count(response: Option<&sortie_response>) -> usize {
    count(response, |response| response.links().len())
}

/// Where a link leads, as it was sent: perhaps relative to the URL of the response.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_link_target(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| links(response, lent).get(index).map_or(ptr::null(), |(target, _)| target.as_ptr()))
}

/// What a link leads to, as `next`: its relations, with a space between them; empty where it names none.
///
/// Parameters: `index`: from 0, in the order of the wire.
/// Returns: a text that lives as long as `response`; NULL past the end, or where that is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_link_relation(response: Option<&sortie_response>, index: usize) -> *const c_char {
    read(response, |response, lent| {
        links(response, lent).get(index).map_or(ptr::null(), |(_, relations)| relations.as_ptr())
    })
}

/// Where the first link of that relation leads, as `next`.
///
/// Parameters: `relation`: one, in any case.
/// Returns: a text that lives as long as `response`; NULL where there is no such link, or either is NULL.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_response_link(response: Option<&sortie_response>, relation: *const c_char) -> *const c_char {
    read(response, |response, lent| {
        let Ok(relation) = text(relation, "relation") else { return ptr::null() };
        let is_one = |relations: &CString| {
            relations.to_bytes().split(|byte| *byte == b' ').any(|it| it.eq_ignore_ascii_case(relation.as_bytes()))
        };
        let link = links(response, lent).iter().find(|(_, relations)| !relation.is_empty() && is_one(relations));
        link.map_or(ptr::null(), |(target, _)| target.as_ptr())
    })
}

fn links<'a>(response: &Response, lent: &'a Lent) -> &'a [(CString, CString)] {
    lent.links.get_or_init(|| {
        let links = response.links();
        let relations = |link: &facade::Link| link.relations().collect::<Vec<_>>().join(" ");
        links.iter().map(|link| (c_string(link.target()), c_string(relations(link)))).collect()
    })
}
