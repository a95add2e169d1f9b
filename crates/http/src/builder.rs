use crate::field::{FieldRange, check_name, check_value};
use crate::{Error, Headers};

/// Fields while they are being put together; [`build`](Self::build) freezes them into [`Headers`].
///
/// ```
/// let mut builder = sortie_http::HeadersBuilder::new();
/// builder.append("Accept", "*/*")?;
/// builder.set("accept", "text/plain")?;
/// assert_eq!(builder.build().text(), b"accept: text/plain\r\n");
/// # Ok::<(), sortie_http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct HeadersBuilder {
    text: Vec<u8>,
    table: Vec<FieldRange>,
}

impl HeadersBuilder {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// No fields, and room for `bytes` of text.
    pub fn with_capacity(bytes: usize) -> Self {
        HeadersBuilder { text: Vec::with_capacity(bytes), table: Vec::with_capacity(8) }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = &self.table[self.find(name)?];
        std::str::from_utf8(field.value_in(&self.text)).ok()
    }

    /// Puts a field last.
    ///
    /// Fails where the name is no token or the value has a forbidden character; nothing is changed then.
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), Error> {
        check_name(name)?;
        check_value(name, value)?;
        if self.text.len() + name.len() + value.len() + 4 > u32::MAX as usize {
            return Err(Error::TooLarge);
        }
        self.push(name, value, false);
        Ok(())
    }

    /// Sets a field: the first of that name keeps its place and takes the new spelling, the others go; a new one
    /// is put last. Fails as [`append`](Self::append) does.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let Some(place) = self.find(name) else {
            return self.append(name, value);
        };
        check_name(name)?;
        check_value(name, value)?;
        let old = std::mem::take(self);
        for (index, field) in old.table.iter().enumerate() {
            if index == place {
                self.push(name, value, field.sensitive);
            } else if !field.name_in(&old.text).eq_ignore_ascii_case(name.as_bytes()) {
                self.push_bytes(field.name_in(&old.text), field.value_in(&old.text), field.sensitive);
            }
        }
        Ok(())
    }

    /// Marks every field of that name as a credential.
    pub fn mark_sensitive(&mut self, name: &str) {
        for field in &mut self.table {
            field.sensitive |= field.name_in(&self.text).eq_ignore_ascii_case(name.as_bytes());
        }
    }

    /// Freezes the fields.
    pub fn build(mut self) -> Headers {
        if self.table.is_empty() {
            return Headers::new();
        }
        let text = self.text.len();
        for field in &self.table {
            self.text.extend_from_slice(&field.pack());
        }
        // The text is checked against 4 GiB where it grows.
        Headers::from_block(&mut self.text, text, self.table.len(), true).unwrap_or_default()
    }

    /// Puts a field last whose name and value are known to be good.
    pub(crate) fn push(&mut self, name: &str, value: &str, sensitive: bool) {
        self.push_bytes(name.as_bytes(), value.as_bytes(), sensitive);
    }

    fn push_bytes(&mut self, name: &[u8], value: &[u8], sensitive: bool) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        self.text.extend_from_slice(b": ");
        self.text.extend_from_slice(value);
        self.text.extend_from_slice(b"\r\n");
        self.table.push(FieldRange {
            name: start as u32,
            name_length: name.len() as u16,
            sensitive,
            value: (start + name.len() + 2) as u32,
            value_length: value.len() as u32,
        });
    }

    fn find(&self, name: &str) -> Option<usize> {
        let is_it = |field: &FieldRange| {
            usize::from(field.name_length) == name.len()
                && field.name_in(&self.text).eq_ignore_ascii_case(name.as_bytes())
        };
        self.table.iter().position(is_it)
    }
}

impl From<&Headers> for HeadersBuilder {
    fn from(headers: &Headers) -> Self {
        if headers.is_wire() {
            return HeadersBuilder { text: headers.text().to_vec(), table: headers.ranges().collect() };
        }
        let mut builder = HeadersBuilder::with_capacity(headers.text().len());
        for field in headers.ranges() {
            builder.push_bytes(field.name_in(headers.text()), field.value_in(headers.text()), field.sensitive);
        }
        builder
    }
}
