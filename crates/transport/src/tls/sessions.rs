//! The sessions that can be resumed.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// How many servers are remembered.
const SERVERS: usize = 1_024;

/// How many tickets are kept of one server: as many connections to it can be opened at once, and all resume.
const TICKETS: usize = 256;

/// How many tickets are kept in all. One takes a few KiB, most of them its server's certificates.
const ALL_TICKETS: usize = 8_192;

/// Sessions, by the server's name.
///
/// A ticket of TLS 1.3 is used once (RFC 8446, appendix C.4), the newest first; a session of TLS 1.2 any number of
/// times. The server that has given nothing for the longest time is forgotten first. Where rustls' own store keeps
/// eight tickets of a server, all but eight of the connections that are opened at once would begin anew.
#[derive(Default)]
pub(super) struct Sessions {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    servers: HashMap<ServerName<'static>, Server>,
    /// How many tickets `servers` have.
    tickets: usize,
    /// Grows with everything that is stored.
    clock: u64,
}

/// What is known of a server.
#[derive(Default)]
struct Server {
    /// The group that it chose last.
    group: Option<NamedGroup>,
    tls12: Option<Tls12ClientSessionValue>,
    /// Oldest first.
    tls13: VecDeque<Tls13ClientSessionValue>,
    /// The clock when it gave something last.
    stored: u64,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Lets `store` have the server called `name`, and forgets others when there are too many.
    fn store(&mut self, name: ServerName<'static>, store: impl FnOnce(&mut Server)) {
        self.clock += 1;
        let server = self.servers.entry(name).or_default();
        let before = server.tls13.len();
        store(server);
        server.stored = self.clock;
        self.tickets = self.tickets - before + server.tls13.len();
        while self.servers.len() > SERVERS || self.tickets > ALL_TICKETS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.servers.iter().min_by_key(|(_, server)| server.stored).map(|(name, _)| name.clone());
        let server = oldest.and_then(|name| self.servers.remove(&name));
        self.tickets -= server.map_or(self.tickets, |server| server.tls13.len());
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.lock().store(server_name, |server| server.group = Some(group));
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        self.lock().servers.get(server_name)?.group
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.lock().store(server_name, |server| server.tls12 = Some(value));
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.lock().servers.get(server_name)?.tls12.clone()
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        if let Some(server) = self.lock().servers.get_mut(server_name) {
            server.tls12 = None;
        }
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.lock().store(server_name, |server| {
            if server.tls13.len() == TICKETS {
                server.tls13.pop_front();
            }
            server.tls13.push_back(value);
        });
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let mut state = self.lock();
        let ticket = state.servers.get_mut(server_name)?.tls13.pop_back()?;
        state.tickets -= 1;
        Some(ticket)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive() // they are secrets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: usize) -> ServerName<'static> {
        ServerName::try_from(format!("{number}.test")).unwrap()
    }

    #[test]
    fn the_server_that_gave_nothing_for_longest_is_forgotten() {
        let sessions = Sessions::default();
        for number in 0..SERVERS {
            sessions.set_kx_hint(name(number), NamedGroup::X25519);
        }
        sessions.set_kx_hint(name(0), NamedGroup::secp256r1); // no longer the oldest
        sessions.set_kx_hint(name(SERVERS), NamedGroup::X25519);

        assert_eq!(sessions.kx_hint(&name(0)), Some(NamedGroup::secp256r1));
        assert_eq!(sessions.kx_hint(&name(1)), None);
        assert_eq!(sessions.kx_hint(&name(2)), Some(NamedGroup::X25519));
        assert_eq!(sessions.kx_hint(&name(SERVERS)), Some(NamedGroup::X25519));
        assert_eq!(sessions.lock().servers.len(), SERVERS);
    }
}
