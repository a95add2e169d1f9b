//! What cannot be seen from outside: values that need a client nonce of the RFC's, and bounds.

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};

use super::algorithm::{Algorithm, Hash};
use super::known::{MOST_ORIGINS, MOST_UNANSWERED};
use super::{Answer, Digest};

const MUFASA: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
     nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

fn get(url: &str) -> PreparedRequest {
    PreparedRequest::new(Method::GET, Url::parse(url).unwrap(), Headers::new(), Body::none())
}

fn challenge(digest: &Digest, request: &PreparedRequest, challenges: &[&str]) {
    let mut headers = Headers::new();
    for challenge in challenges {
        headers.append("WWW-Authenticate", challenge).unwrap();
    }
    assert_eq!(digest.answer(request, &headers, None), Answer::Again { stale: false });
}

/// What is said to these challenges with this client nonce.
fn said(user: &str, password: &str, request: &PreparedRequest, challenges: &[&str], cnonce: &str) -> String {
    let digest = Digest::new(user, password);
    challenge(&digest, request, challenges);
    let space = digest.known().take(request.url()).unwrap();
    space.authorization(request, user, cnonce.into()).unwrap()
}

#[test]
fn the_first_example_of_rfc_7616_is_met() {
    let request = get("http://www.example.org/dir/index.html");
    let (sha, md5) = (format!("Digest {MUFASA}, algorithm=SHA-256"), format!("Digest {MUFASA}, algorithm=MD5"));
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (challenges, algorithm, response) in [
        (vec![&*sha, &*md5], "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (vec![&*md5, &*sha], "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (vec![&*md5], "MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let said = said("Mufasa", "Circle of Life", &request, &challenges, cnonce);
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
    let request = get("http://api.example.org/doe.json");
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
        let (field, cnonce) = (format!("{challenge}{more}"), "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v");
        let said = said("Jäsøn Doe", "Secret, or not?", &request, &[&field], cnonce);
        assert!(said.starts_with(&format!("Digest {start}, realm=\"api@example.org\", ")), "{said}");
        assert!(said.ends_with(&format!("{response}{end}")), "{said}");
    }
}

/// RFC 2617, section 3.5; and RFC 2069, section 2.4, with the value that its erratum 749 has.
#[test]
fn the_examples_of_older_rfcs_are_met() {
    let request = get("http://www.nowhere.org/dir/index.html");
    let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    let newer = said("Mufasa", "Circle Of Life", &request, &[challenge], "0a4f113b");
    let expected = "uri=\"/dir/index.html\", response=\"6629fae49393a05397450978507c4ef1\", qop=auth, ";
    assert!(newer.contains(expected), "{newer}");

    let challenge = challenge.replace(", qop=\"auth,auth-int\"", "");
    let older = said("Mufasa", "CircleOfLife", &request, &[&challenge], "0a4f113b");
    let expected = "response=\"1949323746fe6a43ef61f9606e7febea\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    assert!(older.ends_with(expected), "{older}");
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
    challenge(&digest, &request, &["Digest realm=r, nonce=n, qop=auth"]);
    digest.known().of(request.url().origin()).unwrap().count_from(u32::MAX - 1);
    assert!(digest.authorization(&request, || [0; 16]).unwrap().contains("nc=ffffffff,"));
    assert_eq!(digest.authorization(&request, || [0; 16]), None);
    assert_eq!(digest.reply(&request, || [0; 16]), None);
}

#[test]
fn as_many_origins_are_known_as_may_be_and_the_one_unused_longest_goes() {
    let digest = Digest::new("u", "p");
    let origin = |number: usize| get(&format!("http://h{number}/"));
    let learn = |number: usize| challenge(&digest, &origin(number), &["Digest realm=r, nonce=n, qop=auth"]);
    (0..MOST_ORIGINS).for_each(learn);
    assert!(digest.authorization(&origin(0), || [0; 16]).is_some());
    (0..3).for_each(|_| learn(MOST_ORIGINS));
    let known: Vec<usize> =
        (0..=MOST_ORIGINS).filter(|number| digest.authorization(&origin(*number), || [0; 16]).is_none()).collect();
    assert_eq!(known, [1]);
}

#[test]
fn a_challenge_that_is_answered_too_late_gives_way_to_that_of_its_origin() {
    let digest = Digest::new("u", "p");
    let page = |number: usize| get(&format!("http://h/{number}"));
    for number in 0..=MOST_UNANSWERED {
        challenge(&digest, &page(number), &[&format!("Digest realm=r, nonce=n{number}, qop=auth")]);
    }
    let nonce = |number: usize| {
        let said = digest.reply(&page(number), || [0; 16]).unwrap();
        said.split("nonce=\"n").nth(1).unwrap().split('"').next().unwrap().parse::<usize>().unwrap()
    };
    assert_eq!([nonce(1), nonce(2), nonce(0), nonce(1)], [1, 2, MOST_UNANSWERED, MOST_UNANSWERED]);
}

#[test]
fn a_panic_with_the_lock_takes_nothing_along() {
    let (digest, request) = (Digest::new("u", "p"), get("http://h/"));
    challenge(&digest, &request, &["Digest realm=r, nonce=n, qop=auth"]);
    let other = digest.clone();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _known = other.0.known.lock();
        panic!("on purpose");
    }));
    assert!(panicked.is_err() && digest.0.known.is_poisoned());
    assert!(digest.authorization(&request, || [0; 16]).unwrap().contains("nc=00000001,"));
}
