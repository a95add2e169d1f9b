//! A scheme of the program's own that takes its time.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime};

use sortie::{Auth, AuthScheme, Headers, PreparedRequest, Session};

/// A scheme during whose second answer the server closes the connection.
struct Slow {
    close: Sender<()>,
    closed: Mutex<Receiver<()>>,
    asked: Mutex<u32>,
}

impl AuthScheme for Slow {
    fn authorize(&self, _: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        if *asked == 2 {
            self.close.send(())?;
            let closed = self.closed.lock().unwrap();
            closed.recv()?;
            // Longer than links may go unheard: nothing comes.
            assert!(closed.recv_timeout(Duration::from_millis(5)).is_err());
        }
        Ok(Headers::new())
    }
}

fn answer(stream: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
}

#[test]
fn a_connection_that_closes_while_a_scheme_is_asked_is_not_written_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let ((close, to_close), (done, closed)) = (channel(), channel());
    let server = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        answer(&mut first);
        to_close.recv().unwrap();
        drop(first);
        done.send(()).unwrap();
        answer(&mut listener.accept().unwrap().0);
        done
    });
    let session = Session::builder()
        .auth(Auth::scheme(Slow { close, closed: Mutex::new(closed), asked: Mutex::default() }))
        .build()
        .unwrap();
    assert_eq!(session.get(&url).send().unwrap().status(), 200);
    // A POST is not sent a second time: it must not meet the connection that is gone.
    assert_eq!(session.post(&url).send().unwrap().status(), 200);
    drop(server.join().unwrap());
}
