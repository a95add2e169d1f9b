/// Which secrets of a session are saved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Secrets {
    /// None: no credentials, and no cookies. What is marked as sensitive, or has the name of a secret, is left out, among header
    /// fields and parameters; and so is userinfo of URLs.
    #[default]
    Without,
    /// Credentials, and the cookies that outlast the session.
    With,
    /// Credentials, and all cookies.
    WithSessionCookies,
}
