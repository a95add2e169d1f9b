//! A port where connecting neither succeeds nor fails.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// A listener whose queue is full, so that the system answers no further connection; as long as it is kept.
pub(crate) struct Deaf {
    addr: SocketAddr,
    /// The listener, and those who stand in its queue.
    _held: Vec<Socket>,
}

impl Deaf {
    pub(crate) fn start() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let addr = listener.local_addr().unwrap().as_socket().unwrap();
        let mut held = vec![listener];
        for _ in 0..4 {
            let one = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            one.set_nonblocking(true).unwrap();
            // It is under way, which is said as an error; the first one arrives, the others never do.
            let _ = one.connect(&addr.into());
            held.push(one);
        }
        Deaf { addr, _held: held }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }
}
