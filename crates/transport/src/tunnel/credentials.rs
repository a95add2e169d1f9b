//! Who asks a proxy.

use std::fmt;

/// User and password for a proxy. `Debug` hides the password.
#[derive(Clone, Eq, PartialEq, Hash)]
pub struct Credentials {
    /// The user. To an HTTP proxy it may not have a colon, to a SOCKS proxy at most 255 bytes.
    pub user: Box<str>,
    /// The password. To a SOCKS proxy at most 255 bytes.
    pub password: Box<str>,
}

impl Credentials {
    /// This user with this password.
    pub fn new(user: impl Into<Box<str>>, password: impl Into<Box<str>>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).field("password", &format_args!("***")).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?}", Credentials::new("ann", "5ecret"));
        assert_eq!(shown, r#"Credentials { user: "ann", password: *** }"#);
    }
}
