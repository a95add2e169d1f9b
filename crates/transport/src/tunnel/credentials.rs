//! Who asks a proxy.

use std::fmt;

/// User and password for a proxy. `Debug` hides both, since some proxies take a token for a user.
#[derive(Clone, Eq, PartialEq, Hash)]
pub struct Credentials {
    /// The user. To an HTTP proxy it may not have a colon, to a SOCKS proxy it has 1 to 255 bytes.
    pub user: Box<str>,
    /// The password. To a SOCKS proxy it has 1 to 255 bytes.
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
        f.write_str("Credentials(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_user_nor_password_is_shown() {
        assert_eq!(format!("{:?}", Credentials::new("ann", "5ecret")), "Credentials(***)");
    }
}
