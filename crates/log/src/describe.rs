//! Events in words: one line, redacted, without the time.

use std::fmt::{Display, Formatter, Result};

use crate::escape::OneLine;
use crate::redact::{redact_text, redact_url};
use crate::{Event, What};

/// `call 7: received 200 from http://h/p`; without `call 7: ` where no call is concerned.
impl Display for Event {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.call {
            0 => write!(f, "{}", self.what),
            call => write!(f, "call {call}: {}", self.what),
        }
    }
}

/// Secrets in URLs are masked and control characters escaped: what is shown never breaks the line.
impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            What::Sending { method, url, reused } => {
                let connection = if *reused { "a reused" } else { "a new" };
                write!(f, "sending {} {} on {connection} connection", OneLine(method), Address(url))
            }
            What::Received { status, url } => write!(f, "received {status} from {}", Address(url)),
            What::Informational { status, link: None } => write!(f, "passed over {status}"),
            What::Informational { status, link: Some(link) } => write!(f, "passed over {status}, link {}", Text(link)),
            What::Redirected { status, from, to } => {
                write!(f, "redirected by {status} from {} to {}", Address(from), Address(to))
            }
            What::Retried { why, url } => write!(f, "retrying {}: {}", Address(url), Text(why)),
            What::Opened { peer } => write!(f, "opened a connection to {}", Address(peer)),
            What::Closed { why: None } => f.write_str("closed a connection"),
            What::Closed { why: Some(why) } => write!(f, "closed a connection: {}", Text(why)),
            What::Held { origin, wait } => write!(f, "holding calls to {} for {wait:?}", Address(origin)),
            What::Suspicious { what, url } => write!(f, "suspicious answer from {}: {}", Address(url), Text(what)),
            What::Warning { text } => write!(f, "warning: {}", Text(text)),
            What::Failed { text, url } => write!(f, "failed {}: {}", Address(url), Text(text)),
        }
    }
}

/// One URL, fit to be shown.
pub(crate) struct Address<'a>(pub(crate) &'a str);

impl Display for Address<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        OneLine(&redact_url(self.0)).fmt(f)
    }
}

/// Words that may hold URLs, fit to be shown.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        OneLine(&redact_text(self.0)).fmt(f)
    }
}
