//! Bytes through a layer, in every cut, to every end.

use std::io::ErrorKind;

use super::*;

/// How much longer a record of TLS 1.3 is than its plaintext: head, type and tag.
const OVERHEAD: usize = 5 + 1 + 16;

fn opened(version: &'static SupportedProtocolVersion) -> Pair {
    let (server, builder) = acquainted(&[version]);
    attempt(&builder.build().unwrap(), "a.test", server).unwrap()
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index % 251) as u8).collect()
}

#[test]
fn a_handshake_is_the_same_however_the_network_cuts_it() {
    for version in VERSIONS {
        let (server, builder) = acquainted(&[version]);
        let (server, tls) = (Arc::new(server), builder.resumption(false).build().unwrap());
        for size in 1..=64 {
            let mut pair = Pair::new(&tls, "a.test", &server);
            pair.shake_in_pieces(size).unwrap();
            assert!(!pair.layer.is_handshaking(), "pieces of {size}");
            pair.tell(b"hello").unwrap();
            assert_eq!(pair.heard(), b"hello", "pieces of {size}");
        }
    }
}

#[test]
fn plaintext_is_the_same_wherever_it_is_cut() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let length = [pair.said(b"hello"), pair.said(b" world")].concat().len();
        pair = opened(version);
        for cut in 0..=length {
            let wire = [pair.said(b"hello"), pair.said(b" world")].concat();
            pair.feed(&wire[..cut]).unwrap();
            let mut plain = pair.read();
            pair.feed(&wire[cut..]).unwrap();
            plain.extend(pair.read());
            assert_eq!(plain, b"hello world", "cut at {cut}");
            assert_eq!(pair.layer.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
        }
    }
}

#[test]
fn much_at_once_is_taken() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let plain = bytes(1 << 20);
        let wire = pair.said(&plain);
        pair.feed(&wire).unwrap();
        assert_eq!(pair.read(), plain);
        assert!(!pair.layer.has_plaintext());

        // and read in part before more comes
        let wire = pair.said(&plain);
        let mut heard = vec![0; 70_000];
        pair.feed(&wire[..400_000]).unwrap();
        assert_eq!(pair.layer.read(&mut heard).unwrap(), 70_000);
        pair.feed(&wire[400_000..]).unwrap();
        heard.extend(pair.read());
        assert_eq!(heard, plain);
    }
}

#[test]
fn a_read_gives_all_that_fits() {
    let mut pair = opened(&TLS13);
    let plain = bytes(100_000);
    let wire = pair.said(&plain);
    pair.feed(&wire).unwrap();
    let mut buffer = vec![0; 200_000];
    assert_eq!(pair.layer.read(&mut buffer[..0]).unwrap(), 0);
    assert_eq!(pair.layer.read(&mut buffer[..60_000]).unwrap(), 60_000);
    assert_eq!(pair.layer.read(&mut buffer[60_000..]).unwrap(), 40_000);
    assert_eq!(buffer[..100_000], plain);
}

#[test]
fn what_is_written_arrives() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let plain = bytes(64 * 1024);
        let mut wire = Vec::new();
        for part in plain.chunks(10_000).chain([plain.as_slice()]) {
            pair.layer.write(part, &mut wire).unwrap();
        }
        assert!(wire.len() > plain.len());
        let (mut wire, mut heard) = (wire.as_slice(), Vec::new());
        while !wire.is_empty() {
            pair.server.read_tls(&mut wire).unwrap();
            pair.server.process_new_packets().unwrap();
            let _would_block = pair.server.reader().read_to_end(&mut heard);
        }
        assert_eq!(heard, plain.repeat(2));
    }
}

#[test]
fn what_is_written_early_waits_for_the_handshake() {
    for version in VERSIONS {
        let (server, builder) = acquainted(&[version]);
        let mut pair = Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server));
        pair.tell(b"hello").unwrap();
        pair.shake().unwrap();
        assert_eq!(pair.heard(), b"hello");
    }
}

#[test]
fn a_close_is_an_end_and_no_truncation() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let mut wire = pair.said(b"bye");
        pair.server.send_close_notify();
        wire.extend(pair.collect());
        wire.extend(b"what is behind it does not count");
        pair.feed(&wire).unwrap();
        pair.feed(b"nor this").unwrap();
        pair.layer.feed_end();
        assert_eq!(pair.read(), b"bye");
        assert_eq!(pair.layer.read(&mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn an_end_without_a_close_is_a_truncation() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let wire = pair.said(b"half");
        pair.feed(&wire).unwrap();
        pair.layer.feed_end();
        pair.feed(b"late").unwrap();
        assert_eq!(pair.read(), b"half");
        let error = pair.layer.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert!(matches!(error.get_ref().unwrap().downcast_ref(), Some(TlsError::Truncated)));
    }
}

#[test]
fn an_end_within_the_handshake_is_a_truncation() {
    let (server, builder) = acquainted(&VERSIONS);
    let mut pair = Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server));
    assert_eq!(pair.layer.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    pair.layer.feed_end();
    assert!(pair.layer.is_handshaking());
    assert_eq!(pair.layer.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn our_close_is_heard_and_what_is_written_behind_it_is_not() {
    for version in VERSIONS {
        let mut pair = opened(version);
        pair.tell(b"bye").unwrap();
        pair.layer.close();
        pair.tell(b"late").unwrap();
        pair.layer.close();
        assert_eq!(pair.heard(), b"bye");
        assert!(pair.server.process_new_packets().unwrap().peer_has_closed());

        let wire = pair.said(b"a last word");
        pair.feed(&wire).unwrap();
        assert_eq!(pair.read(), b"a last word");
    }
}

#[test]
fn what_was_changed_is_refused_but_what_came_before_is_read() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let mut wire = pair.said(&bytes(40_000));
        let last = wire.len() - 1;
        wire[last] ^= 1;
        let error = pair.feed(&wire).unwrap_err();
        assert!(matches!(error, TlsError::Protocol { .. }), "{error:?}");

        assert_eq!(pair.read(), bytes(32_768), "two records were whole");
        assert_eq!(pair.layer.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert!(pair.feed(b"more").is_err());
        assert!(pair.tell(b"more").is_err());
        let told = pair.deliver().unwrap_err();
        assert_eq!(told, rustls::Error::AlertReceived(rustls::AlertDescription::BadRecordMac));
    }
}

#[test]
fn an_idle_layer_holds_no_buffer() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let wire = pair.said(&bytes(100_000));
        pair.feed(&wire[..wire.len() - 1]).unwrap();
        assert!(pair.layer.capacity() > 100_000);
        pair.feed(&wire[wire.len() - 1..]).unwrap();
        assert_eq!(pair.read().len(), 100_000);
        pair.tell(b"hello").unwrap();
        assert_eq!(pair.layer.capacity(), 0);
    }
}

#[test]
fn plaintext_comes_straight_to_its_place_as_far_as_it_fits() {
    for version in VERSIONS {
        let mut pair = opened(version);
        let plain = bytes(50_000);
        for room in [0, 1, 16_384, 40_000, 50_000, 60_000] {
            let (mut wire, mut buffer) = (pair.said(&plain), vec![0; room]);
            let mut left = buffer.as_mut_slice();
            pair.layer.feed(&mut wire, &mut left).unwrap();
            let taken = room - left.len();
            assert_eq!(taken, room.min(plain.len()));
            assert_eq!([&buffer[..taken], &pair.read()].concat(), plain, "{room}");
        }
    }
}

#[test]
fn plaintext_does_not_overtake_what_waits() {
    let mut pair = opened(&TLS13);
    let wire = pair.said(b"hello");
    pair.feed(&wire).unwrap();
    let (mut wire, mut buffer) = (pair.said(b" world"), [0; 20]);
    let mut left = buffer.as_mut_slice();
    pair.layer.feed(&mut wire, &mut left).unwrap();
    assert_eq!(left.len(), 20);
    assert_eq!(pair.read(), b"hello world");
}

#[test]
fn a_key_update_is_answered_with_what_is_said_next() {
    let mut pair = opened(&TLS13);
    for plain in [b"one", b"two"] {
        pair.server.refresh_traffic_keys().unwrap();
        let wire = pair.said(b"with new keys");
        pair.feed(&wire).unwrap();
        assert_eq!(pair.read(), b"with new keys");
        let mut wire = Vec::new();
        pair.layer.write(plain, &mut wire).unwrap();
        assert!(wire.len() > 2 * plain.len() + OVERHEAD, "two records");
        pair.give(&wire).unwrap();
        assert_eq!(pair.heard(), plain);
    }
}

#[test]
fn a_layer_goes_through_a_layer() {
    for version in VERSIONS {
        let (mut outer, mut inner) = (opened(version), {
            let (server, builder) = acquainted(&[version]);
            Pair::new(&builder.build().unwrap(), "a.test", &Arc::new(server))
        });
        inner.tell(b"hello").unwrap();
        let mut heard = Vec::new();
        while heard.is_empty() {
            let mut wire = Vec::new();
            inner.layer.drain(&mut wire);
            outer.tell(&wire).unwrap();
            let wire = outer.heard();
            inner.server.read_tls(&mut wire.as_slice()).unwrap();
            inner.server.process_new_packets().unwrap();
            let _would_block = inner.server.reader().read_to_end(&mut heard);

            let wire = inner.collect();
            let wire = outer.said(&wire);
            outer.feed(&wire).unwrap();
            inner.feed(&outer.read()).unwrap();
        }
        assert_eq!(heard, b"hello");
        let wire = inner.said(b"world");
        let wire = outer.said(&wire);
        outer.feed(&wire).unwrap();
        inner.feed(&outer.read()).unwrap();
        assert_eq!(inner.read(), b"world");
    }
}
