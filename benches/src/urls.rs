//! The URLs of a job.

use crate::canned::count_up;

/// The option of programs that can send every request to a URL of its own, and what it does.
pub const DIFFERENT: (&str, &str) = ("--different", "give each URL a query of its own, so that nothing can be reused");

/// Where each request of a [`Job`](crate::Job) goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Urls<'a> {
    /// All to the same.
    Alike(&'a str),
    /// Each to its own. They stand one after another in one text, so that making them costs next to nothing.
    Different {
        /// All of them.
        text: String,
        /// How long each is.
        length: usize,
    },
}

/// How many digits count the different URLs.
const DIGITS: usize = 8;

impl Urls<'_> {
    /// So many URLs that differ in their query, `?n=` and a number of eight digits, counted from 0.
    pub fn different(url: &str, count: usize) -> Self {
        let mut next = format!("{url}?n={:0DIGITS$}", 0).into_bytes();
        let length = next.len();
        let mut bytes = Vec::with_capacity(length * count);
        for _ in 0..count {
            bytes.extend_from_slice(&next);
            count_up(&mut next[length - DIGITS..]);
        }
        Urls::Different { text: String::from_utf8(bytes).unwrap_or_default(), length }
    }

    /// The URL of request `index`, counted from 0. Empty past the last of different ones.
    pub fn at(&self, index: usize) -> &str {
        match self {
            Urls::Alike(url) => url,
            Urls::Different { text, length } => text.get(index * length..(index + 1) * length).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::{DIFFERENT, Program};

    const PROGRAM: Program = Program { name: "test", options: &[DIFFERENT], later: &[] };

    #[test]
    fn requests_go_to_one_url_unless_they_are_to_differ() {
        let job = |option: Option<&str>| {
            let arguments = ["http://h/a", "50", "1"].into_iter().chain(option);
            PROGRAM.job(arguments.map(String::from)).unwrap()
        };
        let (alike, different) = (job(None), job(Some("--different")));
        assert!((0..50).all(|index| alike.urls().at(index) == "http://h/a"));
        let urls = different.urls();
        let urls: HashSet<&str> = (0..50).map(|index| urls.at(index)).collect();
        assert!(urls.len() == 50 && urls.contains("http://h/a?n=00000049"), "{urls:?}");
    }
}
