use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sortie_cookie::SharedJar;
use sortie_http::StatusCode;

use crate::{Authenticator, Credentials, Netrc, Redirects, Retries, Timeouts, Way};

/// What a call may do and must not. One is shared by many calls; a clone is cheap.
///
/// `Debug` leaves the cookies out.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Policy {
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// Whether redirects are followed, and how many.
    pub redirects: Redirects,
    /// Whether, how often and when a call goes again after what went wrong. Default: never.
    pub retries: Retries,
    /// Who says, anew for each exchange with the call's first origin, who asks. Default: nobody.
    pub auth: Option<Authenticator>,
    /// Whose name and password a host is told that a redirect leads to. Default: nobody's.
    pub netrc: Netrc,
    /// Whether a redirect to plain http is an error. Default: no. The call's own URL is not looked at.
    pub https_only: bool,
    /// Which header fields are dropped when a redirect leaves the origin.
    pub credentials: Credentials,
    /// The jar that Set-Cookie fields go into and Cookie fields come from. Default: none.
    pub jar: Option<SharedJar>,
    /// Cookies of this call alone, as a Cookie field has them (`a=1; b=2`): sent to its first origin only, and not
    /// kept. Default: none.
    pub cookies: Option<Arc<str>>,
    /// Whether a request whose method is not idempotent may go again on a stale connection. Default: no.
    pub resend: bool,
    /// How long a body is held back for the server's word that it wants it, where the request asks for that
    /// (`Expect: 100-continue`; RFC 9110, section 10.1.1). Default: not at all.
    pub expect: Option<Duration>,
    /// Whether somebody wants to know how much of a body was sent, so that it is worth telling. Default: no.
    pub counted: bool,
    /// How large the decoded content may be, in bytes. Default: no limit of its own.
    pub max_content: Option<u64>,
    /// How its origins are reached. Default: directly.
    pub way: Option<Arc<Way>>,
    /// Whether the connection is handed over where the server switches protocols: by a 101, or by a 2xx to CONNECT.
    /// Default: no; a 101 is an error then.
    pub upgrade: bool,
    /// Whether the head of the answer is handed out when it is here, and its content as it comes and is asked for.
    /// Default: no; both are kept until they are whole.
    pub stream: bool,
    /// Whether somebody listens to events, so that they are worth making. Default: no.
    pub told: bool,
}

impl Policy {
    /// Whether a response of this status is the answer to the call, whatever else it says: what [`judge`](crate::judge()) says
    /// too, at less cost.
    pub fn delivers(&self, status: StatusCode) -> bool {
        !status.is_redirection() && self.auth.is_none() && self.retries.count == 0
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("timeouts", &self.timeouts)
            .field("redirects", &self.redirects)
            .field("retries", &self.retries)
            .field("auth", &self.auth)
            .field("netrc", &self.netrc)
            .field("https_only", &self.https_only)
            .field("credentials", &self.credentials)
            .field("jar", &self.jar)
            .field("cookies", &self.cookies.as_ref().map(|_| "***"))
            .field("resend", &self.resend)
            .field("expect", &self.expect)
            .field("counted", &self.counted)
            .field("max_content", &self.max_content)
            .field("way", &self.way)
            .field("upgrade", &self.upgrade)
            .field("stream", &self.stream)
            .field("told", &self.told)
            .finish()
    }
}
