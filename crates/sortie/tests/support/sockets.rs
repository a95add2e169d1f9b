//! The sockets of this process that lead to a server, as the system counts them.

use std::fs;
use std::net::SocketAddr;

/// How far a TCP connection has come, by the numbers of `/proc/net/tcp`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TcpState {
    Established,
    /// The other side has ended.
    CloseWait,
    Other,
}

/// Each descriptor of this process that is a connection to `peer`, an IPv4 address.
pub(crate) fn sockets_to(peer: SocketAddr) -> Vec<TcpState> {
    // The system reads its table piece by piece: what others change meanwhile may hide an entry.
    let mut last = read(peer);
    loop {
        let now = read(peer);
        if now == last {
            return now;
        }
        last = now;
    }
}

fn read(peer: SocketAddr) -> Vec<TcpState> {
    let SocketAddr::V4(peer) = peer else { panic!("not an IPv4 address: {peer}") };
    let remote = format!("{:08X}:{:04X}", u32::from_ne_bytes(peer.ip().octets()), peer.port());
    let held: Vec<String> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let table = fs::read_to_string("/proc/self/net/tcp").unwrap();
    let lines = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    lines
        .filter(|columns| columns[2] == remote && held.contains(&format!("socket:[{}]", columns[9])))
        .map(|columns| match columns[3] {
            "01" => TcpState::Established,
            "08" => TcpState::CloseWait,
            _ => TcpState::Other,
        })
        .collect()
}
