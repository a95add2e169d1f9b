//! Connections that go on in another protocol.

use sortie_http::Method;
use sortie_session::{Error, ErrorKind, Response};
use sortie_transport::Detached;

use crate::shared::shared;
use crate::{Batch, Request, Wait};

/// What came of an [upgrade](Request::upgrade).
#[derive(Debug)]
pub struct Upgraded {
    /// The 101, or the 2xx to CONNECT.
    pub response: Response,
    /// The connection, TLS and all, with what the server has sent already. It does not block until it is told to.
    pub stream: Detached,
}

impl Request {
    /// Asks the server to switch protocols, and gives the connection that both then speak on (RFC 9110, section 7.8).
    ///
    /// Sends `Connection: Upgrade` and `Upgrade: protocol`; for the method CONNECT, neither: there any 2xx opens the tunnel
    /// to the host and port of the URL (RFC 9110, section 9.3.6), by way of the proxy that the request goes through. Any
    /// other answer is an error of the kind [`ErrorKind::Upgrade`](crate::ErrorKind::Upgrade), which has the response.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// use std::io::{Read, Write};
    ///
    /// let mut stream = sortie::get(server.url("/upgrade")).upgrade("echo")?.stream;
    /// stream.set_blocking(true)?;
    /// stream.write_all(b"hello")?;
    /// let mut echo = [0; 5];
    /// stream.read_exact(&mut echo)?;
    /// assert_eq!(&echo, b"hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn upgrade(mut self, protocol: &str) -> Result<Upgraded, Error> {
        if self.arguments.method() != Method::CONNECT {
            self.arguments.set_header("Connection", "Upgrade");
            self.arguments.set_header("Upgrade", protocol);
        }
        self.arguments.set_upgrade(true);
        let home = self.session.clone().unwrap_or_else(shared);
        Batch::new(home).upgrade(self)
    }
}

impl Batch {
    /// Submits one request that asks for another protocol, and waits for its outcome, which is the only one.
    fn upgrade(mut self, request: Request) -> Result<Upgraded, Error> {
        self.admit(request, None)?;
        loop {
            let turned = self.advance(Wait::Forever);
            if let Some((_, outcome)) = self.take() {
                let response = outcome?;
                return match self.desk.handed.take() {
                    Some(stream) => Ok(Upgraded { response, stream }),
                    None => Err(not_switched(&response)),
                };
            }
            turned?;
        }
    }
}

fn not_switched(response: &Response) -> Error {
    let message = format!("the server did not switch protocols, it answered {}", response.status());
    Error::new(ErrorKind::Upgrade)
        .with_message(message)
        .with_request(response.request().clone())
        .with_response(response.clone())
}
