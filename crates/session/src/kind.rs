use std::fmt;

/// What went wrong with a call.
///
/// It grows: match with a wildcard.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is none that HTTP can use; nothing was sent.
    InvalidUrl,
    /// A header field may not be sent like that; nothing was sent.
    InvalidHeader,
    /// The body cannot be encoded; nothing was sent.
    InvalidBody,
    /// Another argument makes no sense, such as a timeout of zero; nothing was sent.
    InvalidArgument,
    /// A hook refused the call; nothing was sent.
    Refused,
    /// Something that is not built in was asked for, such as TLS without the feature `tls`.
    Unsupported,
    /// The host's name was not found.
    Resolve,
    /// No address of the host could be connected to.
    Connect,
    /// The address policy refused the addresses of the host.
    Address,
    /// A proxy opened no tunnel.
    Proxy,
    /// TLS failed: the certificate, the handshake, or a record.
    Tls,
    /// Making the connection took too long; the [phase](crate::Error::phase) says which part of it.
    ConnectTimeout,
    /// No connection came free in time.
    QueueTimeout,
    /// The request was sent, and the response did not begin in time.
    FirstByteTimeout,
    /// The peer paused for too long.
    BetweenBytesTimeout,
    /// The whole call took too long.
    TotalTimeout,
    /// The body of the request could not be read while it was sent, or has another length than was said.
    Body,
    /// The request could not be written.
    Send,
    /// The response could not be read.
    Receive,
    /// The peer closed the connection before it answered.
    Closed,
    /// What the peer sent is no HTTP, or is past a limit of its form.
    Protocol,
    /// The content ended before its end.
    Truncated,
    /// The content is damaged, or not what it was read as.
    Content,
    /// The content is larger than allowed.
    ContentTooLarge,
    /// There were more redirects than allowed.
    TooManyRedirects,
    /// A redirect cannot be followed: its Location is bad or insecure, or the body cannot be sent again.
    Redirect,
    /// Nobody could say who asks: a scheme of the program's own failed, or a challenge asks for a body that can be sent only
    /// once.
    Auth,
    /// The server did not switch protocols, as it was asked to.
    Upgrade,
    /// The status is 400 or above; only `raise_for_status` says so.
    Status,
    /// The call was cancelled.
    Cancelled,
    /// The batch's deadline came first.
    Deadline,
    /// Another call of the batch failed, and the batch was asked to fail fast.
    FailedFast,
    /// A file could not be read, written or understood.
    File,
    /// The system refused what the client needs, such as another descriptor.
    System,
}

/// Which part of a call something happened in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Phase {
    /// Putting the request together.
    Prepare,
    /// Waiting for a connection.
    Queue,
    /// Looking the host's name up.
    Resolve,
    /// Connecting.
    Connect,
    /// Having a proxy open its tunnel, TLS to the proxy included.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the response to begin, and reading its head.
    FirstByte,
    /// Reading and decoding the content.
    Content,
    /// Following a redirect, or a challenge.
    Redirect,
    /// Waiting until it is tried again.
    Wait,
}

impl ErrorKind {
    /// Whether something took too long: any of the timeouts, or the batch's deadline.
    pub fn is_timeout(self) -> bool {
        use ErrorKind::*;
        matches!(self, ConnectTimeout | QueueTimeout | FirstByteTimeout | BetweenBytesTimeout | TotalTimeout | Deadline)
    }

    /// The phase it happens in, where it can be one only.
    pub(crate) fn phase(self) -> Option<Phase> {
        use ErrorKind::*;
        match self {
            InvalidUrl | InvalidHeader | InvalidBody | InvalidArgument | Refused => Some(Phase::Prepare),
            QueueTimeout => Some(Phase::Queue),
            Resolve => Some(Phase::Resolve),
            Unsupported | Connect | Address => Some(Phase::Connect),
            Proxy => Some(Phase::Proxy),
            Body | Send => Some(Phase::Send),
            FirstByteTimeout => Some(Phase::FirstByte),
            Truncated | Content | ContentTooLarge => Some(Phase::Content),
            TooManyRedirects | Redirect => Some(Phase::Redirect),
            _ => None,
        }
    }
}

/// The clause that an error of this kind begins with.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::InvalidUrl => "invalid URL",
            ErrorKind::InvalidHeader => "invalid header",
            ErrorKind::InvalidBody => "invalid body",
            ErrorKind::InvalidArgument => "invalid argument",
            ErrorKind::Refused => "refused by a hook",
            ErrorKind::Unsupported => "not supported",
            ErrorKind::Resolve => "host not found",
            ErrorKind::Connect => "cannot connect",
            ErrorKind::Address => "address refused",
            ErrorKind::Proxy => "the proxy opened no tunnel",
            ErrorKind::Tls => "TLS failed",
            ErrorKind::ConnectTimeout => "connect timeout",
            ErrorKind::QueueTimeout => "queue timeout",
            ErrorKind::FirstByteTimeout => "first byte timeout",
            ErrorKind::BetweenBytesTimeout => "between bytes timeout",
            ErrorKind::TotalTimeout => "total timeout",
            ErrorKind::Body => "cannot read the body",
            ErrorKind::Send => "cannot send the request",
            ErrorKind::Receive => "cannot read the response",
            ErrorKind::Closed => "connection closed before a response",
            ErrorKind::Protocol => "invalid response",
            ErrorKind::Truncated => "truncated content",
            ErrorKind::Content => "invalid content",
            ErrorKind::ContentTooLarge => "content too large",
            ErrorKind::TooManyRedirects => "too many redirects",
            ErrorKind::Redirect => "redirect cannot be followed",
            ErrorKind::Auth => "cannot say who asks",
            ErrorKind::Upgrade => "the server did not switch protocols",
            ErrorKind::Status => "error status",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Deadline => "deadline of the batch passed",
            ErrorKind::FailedFast => "given up, another call of the batch failed",
            ErrorKind::File => "the file cannot be used",
            ErrorKind::System => "refused by the system",
        })
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Prepare => "prepare",
            Phase::Queue => "queue",
            Phase::Resolve => "resolve",
            Phase::Connect => "connect",
            Phase::Proxy => "proxy",
            Phase::Tls => "TLS",
            Phase::Send => "send",
            Phase::FirstByte => "first byte",
            Phase::Content => "content",
            Phase::Redirect => "redirect",
            Phase::Wait => "wait",
        })
    }
}
