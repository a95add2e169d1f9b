//! Bodies that grow.

use facade::{BodyArgument, Part, Request};

/// A body that a request is given bit by bit. It is put together when the request is sent.
#[derive(Clone, Debug, Default)]
pub(crate) enum Draft {
    /// None: the request has its body already, if it has one.
    #[default]
    None,
    /// The pairs of a form.
    Form(Vec<(Box<str>, Box<str>)>),
    /// The parts of a multipart message.
    Parts(Vec<Part>),
}

impl Draft {
    /// Adds a pair to a form: to this one, to the one that is the request's body so far, or to a new one.
    pub(crate) fn add_pair(&mut self, body: &BodyArgument, name: &str, value: &str) {
        let pair = (name.into(), value.into());
        match self {
            Draft::Form(pairs) => pairs.push(pair),
            Draft::None => {
                let mut pairs = body.form_pairs().unwrap_or_default().to_vec();
                pairs.push(pair);
                *self = Draft::Form(pairs);
            }
            Draft::Parts(_) => *self = Draft::Form(vec![pair]),
        }
    }

    /// Adds a part to a multipart message: to this one, or to a new one.
    pub(crate) fn add_part(&mut self, part: Part) {
        match self {
            Draft::Parts(parts) => parts.push(part),
            Draft::None | Draft::Form(_) => *self = Draft::Parts(vec![part]),
        }
    }

    /// The request with this as its body.
    pub(crate) fn over(&self, request: Request) -> Request {
        match self {
            Draft::None => request,
            Draft::Form(pairs) => request.form(pairs.iter().cloned()),
            Draft::Parts(parts) => request.multipart(parts.iter().cloned()),
        }
    }
}
