//! What only a program's own code can say, asked outside of whoever carries the exchanges out.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_http::{Headers, HeadersBuilder, PreparedRequest, StatusCode};

use crate::verdict::{Course, Seen, Verdict};
use crate::{AuthScheme, Cause, Error, Policy, judge};

/// A question to a program's own code. It owns what the code is shown.
#[derive(Clone)]
#[non_exhaustive]
pub enum Question {
    /// Which fields say who asks: see [`AuthScheme::authorize`].
    Authorize {
        /// Whom to ask.
        scheme: Arc<dyn AuthScheme>,
        /// What is about to be sent.
        request: PreparedRequest,
        /// What the wall clock says.
        now: SystemTime,
    },
    /// What follows a response.
    Judge(Box<Judged>),
}

/// A response whose verdict depends on a program's own code: what [`Seen`] lends, owned.
#[derive(Clone, Debug)]
pub struct Judged {
    pub(crate) policy: Arc<Policy>,
    pub(crate) request: PreparedRequest,
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) brought: Option<Headers>,
    pub(crate) course: Course,
    pub(crate) now: SystemTime,
    pub(crate) chance: u64,
}

/// What a program's own code has said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// To [`Question::Authorize`].
    Authorized(Result<Headers, Error>),
    /// To [`Question::Judge`].
    Judged(Verdict),
}

impl Question {
    /// The question what follows this response.
    pub fn judge(policy: &Arc<Policy>, seen: &Seen<'_>) -> Self {
        Question::Judge(Box::new(Judged {
            policy: policy.clone(),
            request: seen.request.clone(),
            status: seen.status,
            headers: seen.headers.clone(),
            brought: seen.brought.cloned(),
            course: seen.course,
            now: seen.now,
            chance: seen.chance,
        }))
    }

    /// Runs the program's own code, which may panic.
    pub fn ask(&self) -> Reply {
        match self {
            Question::Authorize { scheme, request, now } => {
                let fields = scheme.authorize(request, *now).map_err(|source| Error::Scheme { source: source.into() });
                Reply::Authorized(fields.and_then(|fields| hidden(&fields)))
            }
            Question::Judge(judged) => Reply::Judged(judge(&judged.policy, &judged.seen())),
        }
    }

    /// What holds where the code could not say anything: the call ends, and this is why.
    pub fn failed(&self, why: impl Into<Box<dyn StdError + Send + Sync>>) -> Reply {
        let source = Cause::from(why.into());
        match self {
            Question::Authorize { .. } => Reply::Authorized(Err(Error::Scheme { source })),
            // A scheme is asked about a 4xx, a closure about a 3xx.
            Question::Judge(judged) => Reply::Judged(Verdict::Fail(Box::new(match judged.status.is_redirection() {
                true => Error::Undecided { source },
                false => Error::Scheme { source },
            }))),
        }
    }
}

/// The same fields, none of which is shown any more.
fn hidden(fields: &Headers) -> Result<Headers, Error> {
    let mut hidden = HeadersBuilder::new();
    for (name, value) in fields {
        hidden.append(name, value).map_err(|source| Error::Field { source })?;
        hidden.mark_sensitive(name);
    }
    Ok(hidden.build())
}

impl Judged {
    fn seen(&self) -> Seen<'_> {
        Seen {
            request: &self.request,
            status: self.status,
            headers: &self.headers,
            brought: self.brought.as_ref(),
            course: self.course,
            now: self.now,
            chance: self.chance,
        }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Question::Authorize { .. } => "Question::Authorize(..)",
            Question::Judge(_) => "Question::Judge(..)",
        })
    }
}
