//! To and from the `http` crate's map, for programs that hold one.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Error, Headers, HeadersBuilder};

/// Names lose their case, and repeated fields come to stand together: a `HeaderMap` keeps no more than that.
impl From<&Headers> for HeaderMap {
    fn from(headers: &Headers) -> Self {
        let mut map = HeaderMap::with_capacity(headers.len());
        for (name, value) in headers {
            // What `Headers` holds was checked more strictly than this.
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                map.append(name, value);
            }
        }
        map
    }
}

/// Fails where a value is not UTF-8, or has white space at an end. Values marked as sensitive stay so.
impl TryFrom<&HeaderMap> for Headers {
    type Error = Error;

    fn try_from(map: &HeaderMap) -> Result<Self, Error> {
        let mut builder = HeadersBuilder::new();
        for (name, value) in map {
            let name = name.as_str();
            let text = std::str::from_utf8(value.as_bytes())
                .map_err(|error| Error::FieldValue { name: name.into(), at: error.valid_up_to() })?;
            builder.append(name, text)?;
            if value.is_sensitive() {
                builder.mark_sensitive(name);
            }
        }
        Ok(builder.build())
    }
}
