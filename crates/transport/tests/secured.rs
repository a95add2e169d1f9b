//! Links with TLS over them, once and twice.
#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use sortie_transport::{Error, Event, LinkId, OpenPhase, Plan, Proxy, ProxyKind, TlsError, Transport};
use support::secured::{accept, finish, tls, trusting};
use support::{
    PATIENCE, chain, echo, failure, local, named, next, next_of_all, opened, read_exactly, read_to_end, serve,
};

/// A plan for TLS with a.test at this address.
fn plan(address: SocketAddr) -> Plan {
    let mut plan = Plan::from(named("a.test", address.port()));
    (plan.connector, plan.tls) = (trusting().build(), true);
    plan
}

/// Goes on until all is sent.
fn send_all(transport: &mut Transport, link: LinkId, bytes: &[u8]) {
    if transport.send(link, bytes).unwrap() {
        return;
    }
    loop {
        match next(transport, 0) {
            Event::Drained { .. } => return,
            Event::Moved { .. } | Event::Ready { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// What a proxy says to CONNECT, after the head of the request.
fn lead_on(stream: &mut (impl Read + Write)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"CONNECT a.test:443 "));
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    stream.flush().unwrap();
}

#[test]
fn bytes_go_to_and_fro_and_the_end_is_told() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        let mut heard = [0; 5];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(&heard).unwrap();
        finish(stream);
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    let how = opened(&mut transport, link);
    let secured = how.secured.unwrap();
    assert_eq!((secured.alpn.as_deref(), secured.resumed), (Some(&b"echo"[..]), false));
    assert_eq!((how.peer, transport.written(link)), (Some(address), 0));
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(transport.written(link), 5);
    let (heard, error) = read_to_end(&mut transport, link);
    assert_eq!((heard.as_slice(), error.map(|error| error.to_string())), (&b"hello"[..], None));
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn the_end_of_a_handshake_leaves_with_the_owners_first_bytes() {
    let ((ask, asked), (tell, told)) = (channel(), channel());
    let (address, server) = serve(move |stream| {
        let mut server = accept(stream);
        server.conn.read_tls(&mut server.sock).unwrap();
        server.conn.process_new_packets().unwrap();
        server.conn.write_tls(&mut server.sock).unwrap();
        assert!(!server.conn.wants_write());
        asked.recv().unwrap();
        server.sock.set_nonblocking(true).unwrap();
        tell.send(server.sock.peek(&mut [0]).map_err(|error| error.kind())).unwrap();
        server.sock.set_nonblocking(false).unwrap();
        let mut heard = [0; 5];
        server.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    ask.send(()).unwrap();
    assert_eq!(told.recv().unwrap(), Err(io::ErrorKind::WouldBlock), "nothing was sent yet");
    assert_eq!(transport.next_deadline(), Some(0));
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!((transport.next_deadline(), transport.written(link)), (None, 5));
    server.join().unwrap();
}

#[test]
fn the_end_of_a_handshake_waits_for_no_owner_who_says_nothing() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.write_all(b"hello").unwrap(); // which waits for it
        finish(stream);
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    assert_eq!(read_exactly(&mut transport, link, 5), b"hello");
    assert_eq!(transport.written(link), 0);
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn phases_are_told_and_timed() {
    let (address, server) = serve(|stream| echo(accept(stream)));
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    let (mut phases, mut now) = (vec![transport.phase(link).unwrap()], 0);
    let how = loop {
        now += 10;
        match next_of_all(&mut transport, now) {
            Event::Entered { phase, .. } => phases.push(phase),
            Event::Opened { opened, .. } => break opened,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(phases, [OpenPhase::Resolving, OpenPhase::Connecting, OpenPhase::Securing]);
    assert!(how.tls.as_nanos() > 0 && how.proxy.is_zero());
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn a_second_link_by_the_same_means_goes_on_with_the_session() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || (0..2).for_each(|_| echo(accept(listener.accept().unwrap().0))));
    let mut transport = local();
    let plan = plan(address);
    for resumed in [false, true] {
        let link = transport.open(&plan, 0);
        assert_eq!(opened(&mut transport, link).secured.unwrap().resumed, resumed);
        assert!(transport.send(link, b"x").unwrap());
        read_exactly(&mut transport, link, 1); // with it, a ticket
        transport.close(link);
    }
    server.join().unwrap();
}

#[test]
fn an_end_that_comes_together_with_tickets_alone_is_told() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream.flush().unwrap(); // the tickets
        stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
        stream
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    transport.wait(Some(Duration::ZERO)).unwrap(); // the end of the handshake leaves with the first bytes, or with a wait
    let _open = server.join().unwrap();
    let event = next(&mut transport, 0);
    assert!(matches!(event, Event::Ready { closed: true, .. }), "{event:?}");
    // The system says it once: a read that finds no plaintext does not leave the end behind.
    assert_eq!(transport.read(link, &mut [0; 64]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn much_is_sent_and_read_in_any_pieces() {
    const SIZE: usize = 3 << 20;
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        let mut heard = vec![0; SIZE];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(&heard).unwrap();
        finish(stream);
    });
    let content: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    for piece in content.chunks(100_000) {
        send_all(&mut transport, link, piece);
    }
    assert_eq!(transport.written(link), SIZE as u64);

    // A short read has drained the link: only an event tells of more.
    let (mut heard, mut rooms, mut ended) =
        (Vec::with_capacity(SIZE + 1), [7, 5_000, 70_000, 300_000].iter().cycle(), false);
    while !ended {
        let Event::Ready { closed, .. } = next(&mut transport, 0) else { continue };
        loop {
            let room = *rooms.next().unwrap();
            match transport.read_into(link, &mut heard, room) {
                Ok(0) => ended = true,
                Ok(count) if count == room.min(SIZE + 1 - (heard.len() - count)) || closed => continue,
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
            break;
        }
    }
    assert!(heard == content, "the bytes differ");
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn nothing_is_written_before_the_socket_took_some_of_it() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.conn.complete_io(&mut stream.sock).unwrap();
        stream
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    assert!(!transport.send(link, &vec![7; 32 << 20]).unwrap(), "all of it fitted into the socket");
    let written = transport.written(link);
    assert!(0 < written && written < 32 << 20 && transport.has_tail(link), "{written}");
    drop(server.join().unwrap());
}

#[test]
fn an_end_without_close_notify_is_not_mistaken_for_one() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"half").unwrap();
        stream.flush().unwrap();
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    assert!(transport.send(link, b"?").unwrap());
    let (heard, error) = read_to_end(&mut transport, link);
    let error = error.unwrap();
    assert_eq!((heard.as_slice(), error.kind()), (&b"half"[..], io::ErrorKind::UnexpectedEof));
    assert!(matches!(error.get_ref().unwrap().downcast_ref(), Some(TlsError::Truncated)), "{error}");
    assert_eq!(transport.read(link, &mut [0; 8]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "again");
    server.join().unwrap();
}

#[test]
fn the_end_is_told_once_more_where_it_came_with_the_last_bytes() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"bye").unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
        let _ = stream.sock.read(&mut [0; 64]); // open until the other side closes
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    assert!(transport.send(link, b"?").unwrap());
    let mut heard = Vec::with_capacity(1 << 10);
    loop {
        let Event::Ready { closed, .. } = next(&mut transport, 0) else { panic!() };
        match transport.read_into(link, &mut heard, 1 << 10) {
            Ok(0) => break,
            Ok(_) => assert!(!closed, "the socket is open"),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
    }
    assert_eq!(heard, b"bye");
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn a_closed_link_says_goodbye() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.read_to_end(&mut Vec::new()) // fails without close_notify
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    transport.close(link);
    assert_eq!(server.join().unwrap().unwrap(), 0);
}

#[test]
fn what_is_not_tls_is_refused_in_the_middle_too() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"good").unwrap();
        stream.flush().unwrap();
        stream.sock.write_all(b"HTTP/1.1 400 what is this\r\n\r\n").unwrap();
        let _ = stream.sock.read_to_end(&mut Vec::new());
    });
    let mut transport = local();
    let link = transport.open(&plan(address), 0);
    opened(&mut transport, link);
    assert!(transport.send(link, b"?").unwrap());
    let (heard, error) = read_to_end(&mut transport, link);
    let error = error.unwrap();
    assert_eq!((heard.as_slice(), error.kind()), (&b"good"[..], io::ErrorKind::InvalidData));
    assert!(error.get_ref().unwrap().is::<TlsError>());
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn a_unix_socket_can_be_secured() {
    let place = std::env::temp_dir().join(format!("sortie-{}-secured", std::process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&place).unwrap();
    let server = thread::spawn(move || echo(accept(listener.accept().unwrap().0)));
    let mut plan = Plan::from(named("a.test", 443));
    (plan.connector, plan.tls) = (trusting().unix_socket(&place).build(), true);
    let mut transport = local();
    let link = transport.open(&plan, 0);
    let event = next_of_all(&mut transport, 0);
    assert!(matches!(event, Event::Entered { phase: OpenPhase::Securing, .. }), "{event:?}");
    std::fs::remove_file(&place).unwrap();
    assert!(opened(&mut transport, link).secured.is_some());
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(read_exactly(&mut transport, link, 5), b"hello");
    transport.close(link);
    server.join().unwrap();
}

#[test]
fn tls_goes_through_a_tunnel_and_through_an_https_proxy() {
    for secure_proxy in [false, true] {
        let (address, proxy) = serve(move |mut stream| match secure_proxy {
            false => {
                lead_on(&mut stream);
                echo(accept(stream));
            }
            true => {
                let mut outer = accept(stream);
                lead_on(&mut outer);
                echo(accept(outer));
            }
        });
        let mut plan = Plan::from(named("a.test", 443));
        (plan.connector, plan.tls) = (trusting().proxy_tls(tls()).build(), true);
        let mut through = Proxy::new(named("proxy.test", address.port()), ProxyKind::Connect);
        through.tls = secure_proxy;
        plan.proxy = Some(through);

        let mut transport = local();
        let link = transport.open(&plan, 0);
        assert!(opened(&mut transport, link).secured.is_some());
        let content: Vec<u8> = (0..200_000).map(|at| (at % 251) as u8).collect();
        for piece in content.chunks(40_000) {
            send_all(&mut transport, link, piece);
            assert_eq!(read_exactly(&mut transport, link, piece.len()), piece);
        }
        assert_eq!(transport.written(link), 200_000);
        transport.close(link);
        proxy.join().unwrap();
    }
}

#[test]
fn an_https_proxy_is_where_a_forward_link_ends() {
    let (address, proxy) = serve(|stream| echo(accept(stream)));
    let mut plan = Plan::from(named("b.test", 80));
    plan.connector = trusting().build();
    let mut through = Proxy::new(named("proxy.test", address.port()), ProxyKind::Forward);
    through.tls = true;
    plan.proxy = Some(through);
    let mut transport = local();
    let link = transport.open(&plan, 0);
    let how = opened(&mut transport, link);
    assert!(how.secured.is_none(), "that of the proxy is not the target's");
    assert!(transport.send(link, b"hello").unwrap());
    assert_eq!(read_exactly(&mut transport, link, 5), b"hello");
    transport.close(link);
    proxy.join().unwrap();
}

#[test]
fn whose_certificate_failed_is_told() {
    let (address, server) = serve(|stream| {
        let mut stream = accept(stream);
        let _ = stream.conn.complete_io(&mut stream.sock);
    });
    let mut transport = local();
    let mut other = plan(address);
    other.target = named("b.test", address.port());
    transport.open(&other, 0);
    let error = failure(&mut transport);
    let Error::Tls { peer, host, source } = &error else { panic!("{error:?}") };
    assert_eq!((*peer, host.to_string().as_str()), (Some(address), "b.test"));
    assert!(matches!(**source, TlsError::WrongHost { .. }), "{source:?}");
    assert!(chain(&error).starts_with(&format!("cannot secure the connection to b.test at {address}: ")));
    server.join().unwrap();
}

#[test]
fn a_handshake_that_is_cut_names_its_phase_and_its_peer() {
    let (address, server) = serve(|mut stream: TcpStream| {
        let _ = stream.read(&mut [0; 4096]).unwrap();
    });
    let mut transport = local();
    transport.open(&plan(address), 0);
    let error = failure(&mut transport);
    assert!(matches!(error, Error::Cut { phase: OpenPhase::Securing, peer: Some(peer), .. } if peer == address));
    assert_eq!(error.to_string(), format!("the connection to {address} ended while securing"));
    server.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn no_failure_leaves_a_descriptor_behind() {
    // In a process of its own: the other tests have descriptors, too.
    if std::env::args().any(|argument| argument == "--exact") {
        return failures_leave_nothing();
    }
    let name = "no_failure_leaves_a_descriptor_behind";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--test-threads", "1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[cfg(target_os = "linux")]
fn failures_leave_nothing() {
    let mut transport = local();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut tunnelled = plan(address);
    tunnelled.proxy = Some(Proxy::new(named("proxy.test", address.port()), ProxyKind::Connect));
    let mut through_tls = tunnelled.clone();
    through_tls.proxy.as_mut().unwrap().tls = true;
    let plans = [plan(address), tunnelled, through_tls];
    for name in ["a.test", "proxy.test"] {
        let link = transport.open(&Plan::from(named(name, address.port())), 0); // from here on it is known
        opened(&mut transport, link);
        transport.close(link);
        drop(listener.accept().unwrap());
    }
    let before = support::descriptors();
    for plan in &plans {
        for answer in [&b""[..], b"what?", b"HTTP/1.1 407 No\r\n\r\n", &[0x16, 3, 3, 0, 1]] {
            let link = transport.open(plan, 0);
            let (mut peer, _) = listener.accept().unwrap();
            peer.set_read_timeout(Some(PATIENCE)).unwrap();
            while transport.phase(link) < Some(OpenPhase::Proxying) {
                support::wait(&mut transport);
                transport.turn(0);
            }
            let _ = peer.read(&mut [0; 4096]).unwrap();
            peer.write_all(answer).unwrap();
            drop(peer);
            failure(&mut transport);
            assert_eq!(support::descriptors(), before, "{plan:?}, {answer:?}");
            transport.close(link);
        }
        // A stalled one is closed by its owner.
        let link = transport.open(plan, 0);
        let (mut peer, _) = listener.accept().unwrap();
        support::wait(&mut transport);
        transport.turn(0);
        transport.close(link);
        let _ = peer.read_to_end(&mut Vec::new());
        drop(peer);
        assert_eq!(support::descriptors(), before, "{plan:?}");
    }
    assert_eq!(transport.links(), 0);
}

#[test]
fn a_host_that_cannot_be_named_is_refused_before_anything_is_sent() {
    let (address, server) = serve(|mut stream: TcpStream| stream.read_to_end(&mut Vec::new()).unwrap());
    let mut plan = plan(address);
    plan.target = named("no such name", address.port());
    let mut transport = local();
    let link = transport.open(&plan, 0);
    assert!(matches!(failure(&mut transport), Error::Tls { source, .. } if matches!(*source, TlsError::Name { .. })));
    transport.close(link);
    assert_eq!(server.join().unwrap(), 0, "nothing was sent");
}
