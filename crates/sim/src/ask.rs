use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::Policy;

use crate::{Error, Stream, letters};

/// A call that is to be made.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// Host, and port if it is not 80, as given to [`World::serve`](crate::World::serve).
    pub authority: String,
    /// How many bytes of body it takes along; `None` for no body at all.
    pub body: Option<usize>,
    /// How its body is sent, if not as bytes.
    pub stream: Option<Stream>,
    /// What it may do.
    pub policy: Policy,
}

impl Ask {
    /// A call of any method without a body, and the usual policy.
    pub fn new(method: Method, authority: &str) -> Self {
        Ask { method, authority: authority.to_owned(), body: None, stream: None, policy: Policy::default() }
    }

    /// A GET.
    pub fn get(authority: &str) -> Self {
        Ask::new(Method::GET, authority)
    }

    /// A POST of so many bytes.
    pub fn post(authority: &str, body: usize) -> Self {
        Ask { body: Some(body), ..Ask::new(Method::POST, authority) }
    }

    /// With its body sent in this way.
    #[must_use]
    pub fn streamed(mut self, stream: Stream) -> Self {
        self.stream = Some(stream);
        self
    }

    /// With a policy that was changed like this.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// The request that the engine is given.
    pub(crate) fn request(&self, tag: u64) -> Result<PreparedRequest, Error> {
        let invalid = |source| Error::Ask { tag, source };
        let url = Url::parse(&format!("http://{}/{tag}/0", self.authority)).map_err(invalid)?;
        let mut headers = Headers::new();
        headers.append("Host", url.origin().authority()).map_err(invalid)?;
        let body = match (self.body, &self.stream) {
            (None, _) => Body::none(),
            (Some(length), None) => Body::bytes(letters(tag, length)),
            (Some(length), Some(stream)) => stream.body(tag, length),
        };
        if body.is_chunked() {
            headers.append("Transfer-Encoding", "chunked").map_err(invalid)?;
        }
        if let Some(length) = body.length() {
            headers.append("Content-Length", &length.to_string()).map_err(invalid)?;
        }
        if self.policy.expect.is_some() && body.length() != Some(0) && !body.is_none() {
            headers.append("Expect", "100-continue").map_err(invalid)?;
        }
        Ok(PreparedRequest::new(self.method.clone(), url, headers, body))
    }
}
