//! Feeds a connection and writes down what it says.

use sortie_h1::{Connection, Error, Event, Head, Limits, Memo, Scratch};
use sortie_http::Method;

/// What came of one exchange.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Story {
    /// The heads, in words; the final one is the last.
    pub(crate) heads: Vec<String>,
    pub(crate) content: Vec<u8>,
    /// The trailers, in words: one text each time they are told.
    pub(crate) trailers: Vec<String>,
    pub(crate) ending: Ending,
    /// How many bytes of the wire were used.
    pub(crate) used: usize,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) enum Ending {
    #[default]
    Open,
    End {
        reusable: bool,
    },
    Failed(Error),
}

/// What does not change from one exchange to the next.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    pub(crate) memo: Memo,
    pub(crate) limits: Limits,
    pub(crate) scratch: Scratch,
    /// The heads of the exchange at hand.
    pub(crate) heads: Vec<Head>,
}

impl Client {
    pub(crate) fn new(limits: Limits) -> Self {
        let (connection, memo, scratch) = (Connection::new(), Memo::new(), Scratch::new());
        Client { connection, memo, limits, scratch, heads: Vec::new() }
    }

    /// One exchange, whose response comes in these pieces; then the peer closes if the response has not ended.
    pub(crate) fn exchange<'w>(&mut self, method: &Method, pieces: impl IntoIterator<Item = &'w [u8]>) -> Story {
        self.heads.clear();
        self.connection.begin(method, false);
        let mut story = Story::default();
        for piece in pieces {
            self.feed(piece, &mut story);
            if story.ending != Ending::Open {
                return story;
            }
        }
        match self.connection.closed() {
            Ok(Event::End { reusable }) => story.ending = Ending::End { reusable },
            Ok(_) => {}
            Err(error) => story.ending = Ending::Failed(error),
        }
        story
    }

    fn feed(&mut self, mut input: &[u8], story: &mut Story) {
        loop {
            let Client { connection, memo, limits, scratch, .. } = self;
            let (used, event) = match connection.receive(input, memo, limits, scratch) {
                Ok(found) => found,
                Err(error) => return story.ending = Ending::Failed(error),
            };
            input = &input[used..];
            story.used += used;
            match event {
                Event::More => return assert!(input.is_empty(), "More leaves nothing"),
                Event::Informational(head) | Event::Head(head) => {
                    story.heads.push(words(&head));
                    self.heads.push(head);
                }
                Event::Content(content) => {
                    assert!(!content.is_empty());
                    story.content.extend_from_slice(content);
                }
                Event::Trailers(trailers) => {
                    assert!(!trailers.is_empty());
                    story.trailers.push(format!("{trailers:?}"));
                }
                Event::End { reusable } => return story.ending = Ending::End { reusable },
            }
        }
    }
}

fn words(head: &Head) -> String {
    let Head { status, version, reason, headers, framing, reusable, keep_alive, suspicious, has, .. } = head;
    format!("{version:?} {status} {reason:?} {framing:?} {reusable} {keep_alive:?} {suspicious} {has:?} {headers:?}")
}

/// Reads one response whole, then in every cut, which must make no difference.
pub(crate) fn read_with(method: &Method, wire: &[u8], limits: Limits) -> (Story, Vec<Head>) {
    let mut client = Client::new(limits);
    let story = client.exchange(method, [wire]);
    for size in 1..=wire.len() {
        let mut again = Client::new(limits).exchange(method, wire.chunks(size));
        forget_used(&story, &mut again);
        assert_eq!(again, story, "pieces of {size}");
    }
    for cut in 0..=wire.len() {
        let (first, second) = wire.split_at(cut);
        let mut again = Client::new(limits).exchange(method, [first, second]);
        forget_used(&story, &mut again);
        assert_eq!(again, story, "cut at {cut}");
    }
    (story, client.heads)
}

/// Where an error was found depends on the cut: what was used before it says nothing.
fn forget_used(story: &Story, again: &mut Story) {
    if matches!(story.ending, Ending::Failed(_)) {
        again.used = story.used;
    }
}

pub(crate) fn read(method: &Method, wire: &[u8]) -> (Story, Vec<Head>) {
    read_with(method, wire, Limits::default())
}
