//! TLS with a proxy, and with the target behind it.
#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Read as _;

use sortie_transport::{Connector, Error, Plan, Proxy, ProxyKind, Tls};
use support::secured::{accept, pem};
use support::{chain, failure, local, named, serve};

#[test]
fn another_name_for_the_target_is_not_the_proxys() {
    let (address, proxy) = serve(|stream| {
        let mut outer = accept(stream);
        let heard = outer.read(&mut [0; 1024]).unwrap();
        (heard > 0, outer.conn.server_name().map(str::to_owned))
    });
    let tls = Tls::builder().roots_pem(pem()).server_name("b.test").build().unwrap();
    let mut plan = Plan::from(named("origin.test", 443));
    (plan.connector, plan.tls) = (Connector::builder().tls(tls).build(), true);
    let mut through = Proxy::new(named("proxy.test", address.port()), ProxyKind::Connect);
    through.tls = true;
    plan.proxy = Some(through);
    let mut transport = local();
    transport.open(&plan, 0);
    let error = failure(&mut transport); // the proxy has nothing more to say
    assert!(matches!(error, Error::Proxy { .. } | Error::Cut { .. }), "{}", chain(&error));
    assert_eq!(proxy.join().unwrap(), (true, Some("proxy.test".to_owned())));
}
