use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// Which law the engine has broken, or why a call could not be made at all.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A call that was asked for is none.
    Ask {
        /// Which call.
        tag: u64,
        /// Why.
        source: sortie_http::Error,
    },
    /// A call to an origin that is not served.
    Unserved {
        /// Which.
        authority: String,
    },
    /// An outcome or a request belongs to no call.
    Nobody {
        /// Which call it names.
        tag: u64,
    },
    /// A call has ended a second time.
    EndedTwice {
        /// Which call.
        tag: u64,
    },
    /// A call has ended after its total timeout.
    Late {
        /// Which call.
        tag: u64,
        /// Its timeout.
        limit: Duration,
        /// How long it took.
        took: Duration,
    },
    /// A call has failed, and nothing that happened was a reason to.
    Failed {
        /// Which call.
        tag: u64,
        /// How it ended.
        cause: String,
    },
    /// A call was answered, and no server meant to.
    Invented {
        /// Which call.
        tag: u64,
    },
    /// A call brought something else than the server meant to answer.
    Mixed {
        /// Which call.
        tag: u64,
        /// What differs.
        what: &'static str,
    },
    /// A request was sent more often than its method allows.
    SentAgain {
        /// Which call.
        tag: u64,
        /// How many redirects led to it.
        step: u32,
        /// How often.
        times: u32,
    },
    /// What a server received is no request.
    Malformed {
        /// Its head.
        head: String,
    },
    /// What a server received is not the body of this request.
    Body {
        /// Which call.
        tag: u64,
    },
    /// More links than allowed, in all or to one origin.
    TooManyLinks {
        /// How many there are.
        links: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The engine and the world do not count the same.
    Books {
        /// What is counted.
        what: &'static str,
        /// How many the engine knows of.
        engine: usize,
        /// How many there are.
        world: usize,
    },
    /// A link was closed that is not open.
    Close,
    /// A link that is closed was heard of again, and the engine made something of it.
    Heard,
    /// One turn brought more outputs than could follow from it.
    Endless {
        /// When.
        at: Duration,
    },
    /// After a turn there is still a deadline that was due in it.
    Deadline {
        /// What is due.
        at: Duration,
        /// The time of the turn.
        now: Duration,
    },
    /// The world did not come to its end in as many turns as it was given.
    Restless,
    /// Nothing is going to happen any more, and there is something left.
    Left {
        /// What.
        what: &'static str,
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Ask { tag, .. } => write!(f, "call {tag} cannot be made"),
            Error::Unserved { authority } => write!(f, "nobody serves {authority}"),
            Error::Nobody { tag } => write!(f, "there is no call {tag}"),
            Error::EndedTwice { tag } => write!(f, "call {tag} ended twice"),
            Error::Late { tag, limit, took } => write!(f, "call {tag} took {took:?} of {limit:?}"),
            Error::Failed { tag, cause } => write!(f, "call {tag} failed without a reason: {cause}"),
            Error::Invented { tag } => write!(f, "call {tag} has an answer that nobody gave"),
            Error::Mixed { tag, what } => write!(f, "the {what} of call {tag} is not what the server meant"),
            Error::SentAgain { tag, step, times } => write!(f, "step {step} of call {tag} was sent {times} times"),
            Error::Malformed { head } => write!(f, "a server cannot read the request {head:?}"),
            Error::Body { tag } => write!(f, "the body of call {tag} is not what was submitted"),
            Error::TooManyLinks { links, limit } => write!(f, "{links} links where {limit} are allowed"),
            Error::Books { what, engine, world } => write!(f, "the engine counts {engine} {what} of {world}"),
            Error::Close => f.write_str("a link was closed that is not open"),
            Error::Heard => f.write_str("what came on a closed link had an effect"),
            Error::Endless { at } => write!(f, "the outputs at {at:?} have no end"),
            Error::Deadline { at, now } => write!(f, "a deadline at {at:?} is still due at {now:?}"),
            Error::Restless => f.write_str("the world does not come to an end"),
            Error::Left { what, count } => write!(f, "{count} {what} are left for ever"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Ask { source, .. } => Some(source),
            _ => None,
        }
    }
}
