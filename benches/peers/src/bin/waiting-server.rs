//! Answers nobody until as many requests wait as it was told, and then until it is told to: so that one can look at a
//! client while all its connections wait.
//!
//! `waiting-server ADDRESS COUNT` listens at a free port of an IPv4 address. It prints its URL; once COUNT requests
//! wait it prints `waiting`; with a line on its standard input it answers them, and later ones at once. It ends with
//! its standard input.

use std::io::{self, BufRead};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};

/// How many connections may wait to be accepted, if the system allows as many.
const BACKLOG: u32 = 16_384;

/// As large as the other servers' small file.
const CONTENT: [u8; 100] = [b'.'; 100];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().and_then(|text| text.parse::<Ipv4Addr>().ok());
    let count = arguments.next().and_then(|text| text.parse::<usize>().ok());
    let (Some(address), Some(count), None) = (address, count, arguments.next()) else {
        eprintln!("usage: waiting-server ADDRESS COUNT");
        return ExitCode::from(2);
    };
    match serve(address, count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waiting-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(address: Ipv4Addr, count: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddrV4::new(address, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        println!("http://{}/", listener.local_addr()?);
        let (answer, answers) = watch::channel(false);
        tokio::spawn(accept(listener, Arc::new(Waiting { count, arrived: AtomicUsize::new(0) }), answers));
        let mut lines = lines();
        lines.recv().await;
        answer.send_replace(true);
        while lines.recv().await.is_some() {}
        Ok(())
    })
}

/// The lines of the standard input: a thread reads them, since a runtime cannot wait for them.
fn lines() -> mpsc::UnboundedReceiver<()> {
    let (sender, receiver) = mpsc::unbounded_channel();
    thread::spawn(move || {
        io::stdin().lock().lines().map_while(Result::ok).all(|_| sender.send(()).is_ok());
    });
    receiver
}

/// How many requests there are to be, and how many there are.
struct Waiting {
    count: usize,
    arrived: AtomicUsize,
}

async fn accept(listener: TcpListener, waiting: Arc<Waiting>, answers: watch::Receiver<bool>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = answer(stream, Arc::clone(&waiting), answers.clone());
                // A connection that its client gave up is the client's affair.
                tokio::spawn(async { connection.await.ok() });
            }
            Err(error) => {
                eprintln!("waiting-server: cannot accept a connection: {error}");
                return;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, waiting: Arc<Waiting>, mut answers: watch::Receiver<bool>) -> io::Result<()> {
    let mut head = Vec::new();
    loop {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
        // A GET has nothing behind its head, and nobody pipelines here.
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        head.clear();
        if waiting.arrived.fetch_add(1, Ordering::Relaxed) + 1 == waiting.count {
            println!("waiting");
        }
        if answers.wait_for(|answer| *answer).await.is_err() {
            return Ok(());
        }
        stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", CONTENT.len()).as_bytes()).await?;
        stream.write_all(&CONTENT).await?;
    }
}
