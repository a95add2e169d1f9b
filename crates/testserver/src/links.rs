//! Pages that lead to one another.

use hyper::StatusCode;
use hyper::header::LINK;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::request::Request;

/// The most pages.
const MOST: u32 = 1000;

/// `/links/:n`: to the first of them.
pub(crate) fn first(count: &str) -> Answer {
    match numbered(count, "0") {
        Some((count, _)) => answer::redirect(StatusCode::FOUND, &format!("/links/{count}/0")),
        None => none(),
    }
}

/// `/links/:n/:number`: a page with a link to each of the others.
pub(crate) fn page(count: &str, number: &str) -> Answer {
    let Some((count, number)) = numbered(count, number) else { return none() };
    let mut page = String::from("<!doctype html>\n<title>Links</title>\n");
    for other in 0..count {
        if other == number {
            page += &format!("{other}\n");
        } else {
            page += &format!("<a href=\"/links/{count}/{other}\">{other}</a>\n");
        }
    }
    answer::typed("text/html; charset=utf-8", Content::Whole(page.into()))
}

/// `/link-header/:n/:number`: a page whose Link field (RFC 8288) names its neighbours and both ends.
pub(crate) fn field(request: &Request, count: &str, number: &str) -> Answer {
    let Some((count, number)) = numbered(count, number) else { return none() };
    let absolute = request.argument("absolute").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let link = |number: u32, relation: &str| {
        let path = format!("/link-header/{count}/{number}");
        let place = if absolute { request.absolute(&format!("{path}?absolute=true")) } else { path };
        format!("<{place}>; rel=\"{relation}\"")
    };
    let mut links = Vec::new();
    if number + 1 < count {
        links.push(link(number + 1, "next"));
        links.push(link(count - 1, "last"));
    }
    if number > 0 {
        links.push(link(0, "first"));
        links.push(link(number - 1, "prev"));
    }
    let answer = answer::json(&json!({ "page": number, "pages": count }));
    if links.is_empty() { answer } else { answer::with(answer, LINK, &links.join(", ")) }
}

/// A count of pages and the number of one of them.
fn numbered(count: &str, number: &str) -> Option<(u32, u32)> {
    let count = count.parse().ok().filter(|count| (1..=MOST).contains(count))?;
    let number = number.parse().ok().filter(|number| *number < count)?;
    Some((count, number))
}

fn none() -> Answer {
    answer::bad("not a count of pages from 1 to 1000 and the number of one")
}
