//! What cannot be seen from outside: values that need a client nonce of the RFC's, and bounds.

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};

use super::algorithm::{Algorithm, Hash};
use super::{Answer, Digest, DigestReply, MOST_ORIGINS};

const MUFASA: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
     nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

fn get(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn reply(digest: &Digest, request: &PreparedRequest, challenges: &[&str]) -> DigestReply {
    let mut headers = Headers::new();
    for challenge in challenges {
        headers.append("WWW-Authenticate", challenge).unwrap();
    }
    match digest.answer(request, &headers, None) {
        Answer::Again { reply, .. } => reply,
        other => panic!("{challenges:?} gave {other:?}"),
    }
}

#[test]
fn the_first_example_of_rfc_7616_is_met() {
    let (digest, request) = (Digest::new("Mufasa", "Circle of Life"), get("http://www.example.org/dir/index.html"));
    let (sha, md5) = (format!("Digest {MUFASA}, algorithm=SHA-256"), format!("Digest {MUFASA}, algorithm=MD5"));
    let cnonce = || "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned();
    for (challenges, algorithm, response) in [
        (vec![&*sha, &*md5], "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (vec![&*md5, &*sha], "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (vec![&*md5], "MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let digest = Digest::new(digest.0.user.clone(), digest.0.password.clone());
        let said = reply(&digest, &request, &challenges).written(&request, cnonce).unwrap();
        let expected = format!(
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", uri=\"/dir/index.html\", algorithm={algorithm}, \
             response=\"{response}\", qop=auth, nc=00000001, \
             cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        assert_eq!(said, expected);
    }
}

/// The RFC prints digests that were made by cutting SHA-512 short; the values of erratum 4897 are those of SHA-512/256.
#[test]
fn the_second_example_of_rfc_7616_is_met_as_its_erratum_has_it() {
    let (digest, request) = (Digest::new("Jäsøn Doe", "Secret, or not?"), get("http://api.example.org/doe.json"));
    let challenge = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
         nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
         opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8";
    let response = "response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\", qop=auth, nc=00000001, \
         cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v\", \
         opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\"";
    for (more, start, end) in [
        (
            ", userhash=true",
            "username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\"",
            ", userhash=true",
        ),
        (", userhash=false", "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", ""),
    ] {
        let digest = Digest::new(digest.0.user.clone(), digest.0.password.clone());
        let cnonce = || "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v".to_owned();
        let said = reply(&digest, &request, &[&format!("{challenge}{more}")]).written(&request, cnonce).unwrap();
        assert!(said.starts_with(&format!("Digest {start}, realm=\"api@example.org\", ")), "{said}");
        assert!(said.ends_with(&format!("{response}{end}")), "{said}");
    }
}

/// RFC 2617, section 3.5; and RFC 2069, section 2.4, with the value that its erratum 749 has.
#[test]
fn the_examples_of_older_rfcs_are_met() {
    let request = get("http://www.nowhere.org/dir/index.html");
    let digest = Digest::new("Mufasa", "Circle Of Life");
    let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    let said = reply(&digest, &request, &[challenge]).written(&request, || "0a4f113b".to_owned()).unwrap();
    assert!(
        said.contains("uri=\"/dir/index.html\", response=\"6629fae49393a05397450978507c4ef1\", qop=auth,"),
        "{said}"
    );

    let digest = Digest::new("Mufasa", "CircleOfLife");
    let challenge = challenge.replace(", qop=\"auth,auth-int\"", "");
    let said = reply(&digest, &request, &[&challenge]).written(&request, || "0a4f113b".to_owned()).unwrap();
    assert!(
        said.ends_with("response=\"1949323746fe6a43ef61f9606e7febea\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"")
    );
}

#[test]
fn sha_512_256_is_not_sha_512_cut_short() {
    // FIPS 180-4: the examples that NIST gives for the message `abc`.
    assert_eq!(Hash::Sha512_256.of(&["abc"]), "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
    assert_eq!(Hash::Sha256.of(&["abc"]), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(Hash::Md5.of(&["abc"]), "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(Hash::Md5.of(&["a", "", "b"]), Hash::Md5.of(&["a::b"]));
}

#[test]
fn an_algorithm_is_known_by_its_whole_name_in_any_case() {
    for (name, hash, is_session) in [
        ("MD5", Hash::Md5, false),
        ("md5-SESS", Hash::Md5, true),
        ("sha-256", Hash::Sha256, false),
        ("SHA-256-sess", Hash::Sha256, true),
        ("SHA-512-256", Hash::Sha512_256, false),
        ("SHA-512-256-sess", Hash::Sha512_256, true),
    ] {
        assert_eq!(Algorithm::named(name), Some(Algorithm { hash, is_session }));
    }
    for name in ["", "-sess", "sess", "MD5-", "MD5-sess-sess", "SHA-512", "SHA256", " MD5", "é-sess", "é-ses", "€sess"]
    {
        assert_eq!(Algorithm::named(name), None, "{name:?}");
    }
}

#[test]
fn a_nonce_is_not_used_oftener_than_can_be_counted() {
    let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
    let reply = reply(&digest, &request, &["Digest realm=r, nonce=n, qop=auth"]);
    reply.space.count_from(u32::MAX - 1);
    assert!(reply.authorization(&request, || [0; 16]).unwrap().contains("nc=ffffffff,"));
    assert_eq!(reply.authorization(&request, || [0; 16]), None);
    assert_eq!(digest.authorization(&request, || [0; 16]), None);
}

#[test]
fn as_many_origins_are_known_as_may_be_and_the_one_unused_longest_goes() {
    let digest = Digest::new("u", "p");
    let origin = |number: usize| get(&format!("http://h{number}/"));
    let is_known =
        |number: usize| digest.0.spaces.lock().unwrap().iter().any(|it| it.is_of(origin(number).url().origin()));
    for number in 0..MOST_ORIGINS {
        reply(&digest, &origin(number), &["Digest realm=r, nonce=n, qop=auth"]);
    }
    assert!(digest.authorization(&origin(0), || [0; 16]).is_some());
    for _ in 0..3 {
        reply(&digest, &origin(MOST_ORIGINS), &["Digest realm=r, nonce=n, qop=auth"]);
    }
    assert!(is_known(0) && !is_known(1) && is_known(2) && is_known(MOST_ORIGINS));
    assert_eq!(digest.0.spaces.lock().unwrap().len(), MOST_ORIGINS);
}

#[test]
fn a_thread_that_panics_with_the_lock_takes_nothing_along() {
    let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
    reply(&digest, &request, &["Digest realm=r, nonce=n, qop=auth"]);
    let other = digest.clone();
    let panicked = std::thread::spawn(move || {
        let _spaces = other.0.spaces.lock();
        panic!("on purpose");
    });
    assert!(panicked.join().is_err() && digest.0.spaces.is_poisoned());
    assert!(digest.authorization(&request, || [0; 16]).unwrap().contains("nc=00000001,"));
}
