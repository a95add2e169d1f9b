//! Requests are signed as Amazon's published test suite and documentation sign them.
#![cfg(feature = "sigv4")]
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{AuthScheme, SigV4, SigV4Fault};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The suite's keys, service and time: 2015-08-30, 12:36:00.
fn suite() -> SigV4 {
    SigV4::new("AKIDEXAMPLE", SECRET, "us-east-1", "service")
}

fn suite_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

/// Those of the documentation of S3: 2013-05-24, midnight.
fn s3() -> SigV4 {
    SigV4::new("AKIAIOSFODNN7EXAMPLE", S3_SECRET, "us-east-1", "s3")
}

fn s3_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600)
}

fn request(method: Method, url: &str, fields: &[(&str, &str)], body: Body) -> PreparedRequest {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    let url = Url::parse(url).unwrap();
    if !headers.contains("Host") {
        headers.append("Host", url.origin().authority()).unwrap();
    }
    PreparedRequest::new(method, url, headers, body)
}

fn get(target: &str, fields: &[(&str, &str)]) -> PreparedRequest {
    request(Method::GET, &format!("https://example.amazonaws.com{target}"), fields, Body::none())
}

fn post(target: &str, fields: &[(&str, &str)], body: impl Into<Body>) -> PreparedRequest {
    request(Method::POST, &format!("https://example.amazonaws.com{target}"), fields, body.into())
}

/// Names of the signed fields, and the signature.
fn signed(scheme: &SigV4, request: &PreparedRequest, now: SystemTime) -> (String, String) {
    let fields = scheme.authorize(request, now).unwrap();
    let value = fields.get("Authorization").unwrap();
    let (_, rest) = value.split_once("SignedHeaders=").unwrap();
    let (names, signature) = rest.split_once(", Signature=").unwrap();
    (names.to_owned(), signature.to_owned())
}

fn check(scheme: &SigV4, request: &PreparedRequest, names: &str, signature: &str) {
    let found = signed(scheme, request, suite_time());
    assert_eq!(found, (names.to_owned(), signature.to_owned()), "{}", request.url());
}

#[test]
fn a_plain_request_is_signed_as_published() {
    let fields = suite().authorize(&get("/", &[]), suite_time()).unwrap();
    assert_eq!(fields.get("X-Amz-Date"), Some("20150830T123600Z"));
    assert_eq!(
        fields.get("Authorization"),
        Some(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        )
    );
    assert_eq!(fields.len(), 2);
}

#[test]
fn queries_are_signed_as_published() {
    let plain = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let cases = [
        ("/?", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("/?Param1=value1", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        ("/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        (
            "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
        ),
        (&format!("/?{plain}={plain}"), "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        ("/?ሴ=bar", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    ];
    for (target, signature) in cases {
        check(&suite(), &get(target, &[]), "host;x-amz-date", signature);
    }
}

#[test]
fn all_signs_in_a_query_are_signed_as_published() {
    let request = post("/", &[], Body::none());
    let url = request.url().with_params([("@#$%^", ""), ("+", "/,?><`\";:\\|][{}")]);
    let request = PreparedRequest::new(Method::POST, url, request.headers().clone(), Body::none());
    let signature = "66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e";
    check(&suite(), &request, "host;x-amz-date", signature);
}

#[test]
fn equal_queries_have_equal_signatures() {
    let sign = |target: &str| signed(&suite(), &get(target, &[]), suite_time()).1;
    assert_eq!(sign("/?a=b+c"), sign("/?a=b%20c"));
    assert_ne!(sign("/?a=b+c"), sign("/?a=b%2Bc"));
    assert_eq!(sign("/?a&b"), sign("/?&b=&&a=&"));
    assert_eq!(sign("/?a=%2f(%7E)"), sign("/?a=/%28~%29"));
    assert_eq!(sign("/?a=%zz%4"), sign("/?a=%25zz%254"));
    assert_eq!(sign("/?a=2&a=1&a=10"), sign("/?a=10&a=2&a=1"));
    assert_eq!(sign("/?a=b=c"), sign("/?a=b%3Dc"));
}

#[test]
fn paths_are_signed_as_published() {
    let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    let plain = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let cases = [
        ("/example/..", vanilla),
        ("/example1/example2/../..", vanilla),
        ("/./", vanilla),
        ("//", vanilla),
        ("/./example", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        ("//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        (plain, "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    ];
    for (path, signature) in cases {
        check(&suite(), &get(path, &[]), "host;x-amz-date", signature);
    }
}

/// Computed from the documentation: what is sent is encoded once more.
#[test]
fn a_path_that_has_escapes_is_encoded_again() {
    let signature = "9c042b6f2cbb1f99f344b17f1cb4f02a4c495f07a9af98ffa32bc57c6a7c1cfd";
    check(&suite(), &get("/a b/(c)%2Fé", &[]), "host;x-amz-date", signature);
}

#[test]
fn fields_are_signed_as_published() {
    let scheme = suite().sign_header("My-Header1").sign_header("my-header2");
    let order =
        [("My-Header1", "value4"), ("My-Header1", "value1"), ("my-header1", "value3"), ("My-Header1", "value2")];
    let signature = "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01";
    check(&scheme, &get("/", &order), "host;my-header1;x-amz-date", signature);

    let twice = [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")];
    let signature = "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea";
    check(&scheme, &get("/", &twice), "host;my-header1;x-amz-date", signature);

    let blanks = [("My-Header1", "value1"), ("My-Header2", "\"a \t b   c\"")];
    let signature = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
    check(&scheme, &get("/", &blanks), "host;my-header1;my-header2;x-amz-date", signature);

    let cased = post("/", &[("My-Header1", "VALUE1")], Body::none());
    let signature = "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d";
    check(&scheme, &cased, "host;my-header1;x-amz-date", signature);
}

/// Computed from the documentation.
#[test]
fn amazons_own_fields_are_signed_without_being_named() {
    let fields = [("X-Amz-Meta-Note", "b   a"), ("Accept", "*/*"), ("x-amz-meta-note", "second"), ("X-Amzn-Id", "1")];
    let signature = "a3eea35b30d9a901af8ccf7a78322f050277292a741958199facd638c5061ab6";
    check(&suite(), &get("/", &fields), "host;x-amz-date;x-amz-meta-note", signature);
}

#[test]
fn a_body_is_signed_as_published() {
    let vanilla = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
    check(&suite(), &post("/", &[], Body::none()), "host;x-amz-date", vanilla);
    check(&suite(), &post("/", &[], ""), "host;x-amz-date", vanilla);

    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
    check(&suite(), &post("/", &form, "Param1=value1"), "content-type;host;x-amz-date", signature);

    let form = [("Content-Type", "application/x-www-form-urlencoded; charset=utf8")];
    let signature = "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe";
    check(&suite(), &post("/", &form, "Param1=value1"), "content-type;host;x-amz-date", signature);
}

#[test]
fn a_token_is_sent_and_signed_as_published() {
    let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    let scheme = suite().session_token(token);
    let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
    check(&scheme, &get("/", &[]), "host;x-amz-date;x-amz-security-token", signature);
    assert_eq!(scheme.authorize(&get("/", &[]), suite_time()).unwrap().get("X-Amz-Security-Token"), Some(token));

    let scheme = suite().session_token(
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu\
         wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcH\
         NVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLx\
         BA==",
    );
    let signature = "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead";
    check(&scheme, &post("/", &[], Body::none()), "host;x-amz-date;x-amz-security-token", signature);
}

/// The suite's request whose token is put behind the signature: no token is given, and its signature is the plain one.
#[test]
fn without_a_token_there_is_none_in_the_signature() {
    let request = post("/", &[], Body::none());
    let signature = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
    check(&suite(), &request, "host;x-amz-date", signature);
    assert_eq!(suite().authorize(&request, suite_time()).unwrap().get("X-Amz-Security-Token"), None);
}

#[test]
fn the_documented_list_of_users_is_signed_as_published() {
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let kind = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
    let scheme = SigV4::new("AKIDEXAMPLE", SECRET, "us-east-1", "iam");
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    check(&scheme, &request(Method::GET, url, &kind, Body::none()), "content-type;host;x-amz-date", signature);
}

#[test]
fn the_documented_requests_to_s3_are_signed_as_published() {
    let host = "https://examplebucket.s3.amazonaws.com";
    let with =
        |method, target: &str, fields: &[(&str, &str)], body| request(method, &format!("{host}{target}"), fields, body);
    let scheme = s3().sign_header("Range").sign_header("Date");
    let own = "host;x-amz-content-sha256;x-amz-date";

    let object = with(Method::GET, "/test.txt", &[("Range", "bytes=0-9")], Body::none());
    let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let names = "host;range;x-amz-content-sha256;x-amz-date";
    assert_eq!(signed(&scheme, &object, s3_time()), (names.to_owned(), signature.to_owned()));

    let fields = [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
    let object = with(Method::PUT, "/test$file.text", &fields, Body::bytes("Welcome to Amazon S3."));
    let signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
    let names = "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class";
    assert_eq!(signed(&scheme, &object, s3_time()), (names.to_owned(), signature.to_owned()));

    let lifecycle = with(Method::GET, "/?lifecycle", &[], Body::none());
    let signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";
    assert_eq!(signed(&scheme, &lifecycle, s3_time()), (own.to_owned(), signature.to_owned()));

    let list = with(Method::GET, "/?max-keys=2&prefix=J", &[], Body::none());
    let signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
    assert_eq!(signed(&scheme, &list, s3_time()), (own.to_owned(), signature.to_owned()));
}

/// Computed from the documentation.
#[test]
fn a_body_can_be_left_out_of_the_signature() {
    let scheme = s3().unsigned_payload(true);
    let url = "https://examplebucket.s3.amazonaws.com/a b/(c)+é";
    let object = request(Method::PUT, url, &[], Body::bytes("whatever"));
    let signature = "05d2cabc85cdead89474d276fa4f76e58a9e7935aa681f00bbaa4e80d94b18ee";
    assert_eq!(signed(&scheme, &object, s3_time()).1, signature);
    let fields = scheme.authorize(&object, s3_time()).unwrap();
    assert_eq!(fields.get("X-Amz-Content-Sha256"), Some("UNSIGNED-PAYLOAD"));

    let signature = "05e1b307416f2cbcf15dd86269efd55537182ee4416101af58762e96bba470bb";
    let names = "host;x-amz-content-sha256;x-amz-date";
    check(&suite().unsigned_payload(true), &post("/", &[], "whatever"), names, signature);
    assert_eq!(
        signed(&s3().unsigned_payload(true).unsigned_payload(false), &object, s3_time()),
        signed(&s3(), &object, s3_time())
    );
}

#[test]
fn the_hash_of_the_body_is_told_where_it_is_asked_for() {
    let hash = |scheme: &SigV4, request: &PreparedRequest| {
        let fields = scheme.authorize(request, s3_time()).unwrap();
        fields.get("X-Amz-Content-Sha256").map(str::to_owned)
    };
    assert_eq!(hash(&s3(), &get("/", &[])).as_deref(), Some(EMPTY));
    assert_eq!(hash(&suite(), &get("/", &[])), None);
    // A field of the request asks for it; what it says does not count against a body that can be read.
    let named = [("x-amz-content-sha256", "another")];
    let welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    assert_eq!(hash(&suite(), &post("/", &named, "Welcome to Amazon S3.")).as_deref(), Some(welcome));
    let signature = "920a18ee61796c987d5cd0534fb88ad8d9358e50614ca64f2cda0bfd8e078d48";
    let names = "host;x-amz-content-sha256;x-amz-date";
    check(&suite(), &post("/", &named, "Welcome to Amazon S3."), names, signature);
}

#[test]
fn the_host_is_what_the_request_says() {
    let plain = signed(&suite(), &get("/", &[]), suite_time());
    let with = |url: &str, fields: &[(&str, &str)]| {
        signed(&suite(), &request(Method::GET, url, fields, Body::none()), suite_time())
    };
    assert_eq!(with("http://127.0.0.1:9000/", &[("host", "example.amazonaws.com")]), plain);
    let signature = "6c603abd17f7fbcfc7898db27fd6c82700a814be690b4fdeb418d9bf88d6df2c";
    assert_eq!(with("https://example.amazonaws.com:8443/", &[]).1, signature);

    let url = Url::parse("https://example.amazonaws.com/").unwrap();
    let bare = PreparedRequest::new(Method::GET, url, Headers::new(), Body::none());
    assert_eq!(signed(&suite(), &bare, suite_time()), plain);
}

#[test]
fn what_is_set_is_signed_in_place_of_what_the_request_had() {
    let scheme = s3().session_token("token").sign_header("Cookie").sign_header("Authorization").sign_header("Host");
    let first = get("/", &[("Cookie", "a=1"), ("Authorization", "old")]);
    let before = scheme.authorize(&first, s3_time()).unwrap();
    let mut again = first.clone();
    for (name, value) in &before {
        again.headers_mut().set(name, value).unwrap();
    }
    assert_eq!(scheme.authorize(&again, s3_time()).unwrap(), before);
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    assert_eq!(signed(&scheme, &again, s3_time()).0, names);
    let later = s3_time() + Duration::from_secs(86_400);
    assert_eq!(scheme.authorize(&again, later).unwrap(), scheme.authorize(&first, later).unwrap());
}

#[test]
fn a_time_that_cannot_be_told_is_a_fault() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
    let fault = suite().authorize(&get("/", &[]), now).unwrap_err();
    assert_eq!(fault.downcast_ref(), Some(&SigV4Fault::Time));
}

#[test]
fn nothing_shows_a_secret() {
    let scheme = s3().session_token("token-of-mine");
    assert_eq!(format!("{scheme:?}"), r#"SigV4 { region: "us-east-1", service: "s3", .. }"#);
    let fields = scheme.authorize(&get("/", &[]), s3_time()).unwrap();
    assert!(fields.is_sensitive("Authorization") && fields.is_sensitive("X-Amz-Security-Token"));
    let scheme = SigV4::new("AKID", "secret\nof mine", "us-east-1\n", "s3").session_token("token\nof mine");
    let fault = scheme.authorize(&get("/", &[]), s3_time()).unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains("of mine"), "{fault:?}");
}
