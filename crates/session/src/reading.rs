//! What a response says of its content, and its text line by line.

use std::borrow::Cow;

use sortie_content::{ContentRange, MediaType};
use sortie_http::Headers;

use crate::Response;

impl Response {
    /// The media type that Content-Type names, taken apart. `None` where there is none, or none that can be read.
    ///
    /// ```
    /// # use sortie_http::{Body, Headers, Method, PreparedRequest, ResponseParts, StatusCode, Timings, Url, Version};
    /// # let mut headers = Headers::new();
    /// # headers.append("Content-Type", "Text/HTML; charset=utf-8")?;
    /// # let url = Url::parse("http://127.0.0.1:8000/html")?;
    /// # let response = sortie_session::Response::new(ResponseParts {
    /// #     status: StatusCode::OK, version: Version::HTTP_11, reason: None, headers, content: "<p>".into(),
    /// #     request: PreparedRequest::new(Method::GET, url, Headers::new(), Body::none()),
    /// #     timings: Timings::default(), peer: None, trailers: None,
    /// # }.into(), std::time::SystemTime::UNIX_EPOCH);
    /// assert!(response.content_type().is_some_and(|media_type| media_type.is("text/html")));
    /// # Ok::<(), sortie_http::Error>(())
    /// ```
    pub fn content_type(&self) -> Option<MediaType<'_>> {
        sortie_content::content_type(self.headers())
    }

    /// Which part of the whole the content is, as the Content-Range of a 206 says (RFC 9110, section 14.4). `None` where
    /// there is none, or none that can be read.
    pub fn content_range(&self) -> Option<ContentRange> {
        sortie_content::content_range(self.headers())
    }

    /// The [text](Self::text), line by line, without their ends: LF or CRLF. Valid UTF-8 is not copied.
    pub fn lines(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (borrowed, owned) = match self.text() {
            Cow::Borrowed(text) => (Some(text), None),
            Cow::Owned(text) => (None, Some(text)),
        };
        let owned: Vec<String> = owned.iter().flat_map(|text| text.lines()).map(String::from).collect();
        borrowed.into_iter().flat_map(str::lines).map(Cow::Borrowed).chain(owned.into_iter().map(Cow::Owned))
    }

    /// The trailer fields that came behind the content, where any did (RFC 9110, section 6.5). Those that frame, route or
    /// authenticate were left out.
    pub fn trailers(&self) -> Option<&Headers> {
        self.exchange().trailers()
    }
}
