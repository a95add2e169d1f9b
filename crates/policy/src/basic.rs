use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What the Authorization field says for a user and a password: Basic, in UTF-8 (RFC 7617, section 2).
///
/// A user name with a colon in it cannot be told from the password by the server, and neither may have a control
/// character: to refuse them is the caller's part. The result is a secret; mark the field as sensitive.
///
/// ```
/// assert_eq!(sortie_policy::basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
/// ```
pub fn basic(user: &str, password: &str) -> String {
    let mut value = String::from("Basic ");
    BASE64_STANDARD.encode_string(format!("{user}:{password}"), &mut value);
    value
}
