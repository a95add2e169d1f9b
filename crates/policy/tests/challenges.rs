//! Challenges: RFC 9110, sections 11.3 and 11.6.1.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sortie_policy::{Challenge, challenges};

/// `scheme(name=value;name=value)` or `scheme[token68]` for each.
fn read(fields: &[&str]) -> Vec<String> {
    challenges(fields.iter().copied()).iter().map(shown).collect()
}

fn shown(challenge: &Challenge<'_>) -> String {
    let params: Vec<_> = challenge.params().map(|(name, value)| format!("{name}={value}")).collect();
    match challenge.token68() {
        Some(text) => format!("{}[{text}]", challenge.scheme()),
        None => format!("{}({})", challenge.scheme(), params.join(";")),
    }
}

#[test]
fn several_challenges_stand_in_one_field_or_in_several() {
    let expected = ["Digest(realm=x;nonce=n)", "Basic(realm=y)", "Negotiate()", "NTLM[TlRM==]"];
    let one = "Digest realm=\"x\", nonce=n, Basic realm=\"y\", Negotiate, NTLM TlRM==";
    assert_eq!(read(&[one]), expected);
    assert_eq!(read(&["Digest realm=\"x\",nonce=n,Basic realm=\"y\"", "", "Negotiate,NTLM TlRM=="]), expected);
    assert_eq!(read(&[]), [""; 0]);
}

#[test]
fn a_parameter_is_found_in_any_case_and_the_first_one_counts() {
    let found = challenges(["Digest Realm=a, realm=b, NONCE=\"\""]);
    assert!(found[0].is("dIGEST") && !found[0].is("Dig") && found[0].scheme() == "Digest");
    assert_eq!([found[0].param("REALM"), found[0].param("nonce"), found[0].param("rea")], [Some("a"), Some(""), None]);
    assert_eq!(found[0].params().count(), 3);
}

#[test]
fn a_comma_in_quotes_parts_nothing_and_escapes_are_undone() {
    assert_eq!(read(&[r#"Digest a="b, Basic c=\"d\", \\", e="\f\,""#]), [r#"Digest(a=b, Basic c="d", \;e=f,)"#]);
    assert_eq!(read(&["Basic realm=\"tab\there\", Bearer"]), ["Basic(realm=tab\there)", "Bearer()"]);
}

#[test]
fn empty_elements_and_bad_white_space_are_read_over() {
    for field in [
        "Digest a=1, b=2, Basic c=3",
        ", ,Digest a=1,,, b=2 ,\t,Basic c=3,,",
        "  Digest \t a = 1 , b\t=\t2, Basic c= \"3\" ",
        "Digest , a=1, b=2, Basic ,c=3",
    ] {
        assert_eq!(read(&[field]), ["Digest(a=1;b=2)", "Basic(c=3)"], "{field:?}");
    }
    assert_eq!(read(&["", " ", ",", ", ,"]), [""; 0]);
}

#[test]
fn a_token68_stands_alone() {
    assert_eq!(read(&["Negotiate a.b-c_d~e+f/g=="]), ["Negotiate[a.b-c_d~e+f/g==]"]);
    assert_eq!(read(&["A b=, C d= ,E f"]), ["A[b=]", "C[d=]", "E[f]"]);
    assert_eq!(read(&["A b=c"]), ["A(b=c)"]);
    assert_eq!(read(&["A ==", "B c==d, E", "F g h", "I j==k"]), ["B(c==d)", "E()", "I(j==k)"]);
    assert_eq!(read(&["A b==, c=d", "E f"]), ["E[f]"], "a parameter behind it has no place");
}

#[test]
fn a_value_without_quotes_may_be_no_token() {
    let field = "Digest realm=x, domain=/a;b, nonce=MTY4=:é, opaque=, qop=auth";
    assert_eq!(read(&[field]), ["Digest(realm=x;domain=/a;b;nonce=MTY4=:é;opaque=;qop=auth)"]);
}

#[test]
fn what_is_malformed_ends_its_field_and_takes_its_challenge_along() {
    for broken in [
        "Digest realm=\"x",
        "Digest realm=\"x\\",
        "Digest realm=\"x\\\"",
        "Digest realm x",
        "Digest \"",
        "Digest realm=\"x\"y",
        "Digest realm=\"x\" nonce=\"y\"",
        "Digest realm=x\"y\"",
        "Digest realm=x, nonce=\"",
        "Digest realm=x, @",
        "Digest realm=x, =y",
        "Digest realm=\"a\u{1}b\"",
        "Digest realm=\"a\\\u{7f}\"",
        "Digest realm=a\u{1}b",
        "Digest; realm=x",
        "Digest/1 realm=x",
        "Dïgest realm=x",
        "\"Digest\"",
        "=",
        "a=b",
    ] {
        let field = format!("Basic realm=b, {broken}, Bearer");
        let found = read(&["Negotiate", &field, "NTLM"]);
        let expected: &[&str] = match broken {
            // A parameter that stands alone is a part of the challenge before it.
            "a=b" => &["Negotiate()", "Basic(realm=b;a=b)", "Bearer()", "NTLM()"],
            // What does not begin a challenge either is taken for one.
            "\"Digest\"" | "=" | "Dïgest realm=x" | "Digest; realm=x" | "Digest/1 realm=x" => {
                &["Negotiate()", "NTLM()"]
            }
            _ => &["Negotiate()", "Basic(realm=b)", "NTLM()"],
        };
        assert_eq!(found, expected, "{broken:?}");
    }
    assert_eq!(read(&["a=b, Basic realm=x"]), [""; 0]);
}

#[test]
fn text_that_was_read_as_latin_1_is_kept() {
    assert_eq!(
        read(&["Basic realm=\"caf\u{e9} \u{80}\u{ff}\\\u{e9}\""]),
        ["Basic(realm=caf\u{e9} \u{80}\u{ff}\u{e9})"]
    );
}

/// Each character is looked at a bounded number of times. With a look back to the start for each, the first of these
/// would take half a million million steps.
#[test]
fn a_megabyte_of_hostile_text_is_read_in_one_pass() {
    const SIZE: usize = 1 << 20;
    for piece in [
        ",",
        " ",
        "a",
        "a,",
        "a ",
        "a=",
        "a=b,",
        "a a,",
        "a a=,",
        "a b=c,",
        "\"",
        "\\",
        "\"\\",
        "=",
        "a=\"",
        "a=\"\",",
        "A b\t",
        "a=\"\\\"\",",
        "é",
        "a \"",
        ", a =b",
        "/",
        "a /",
        "a /=,",
    ] {
        let text = piece.repeat(SIZE / piece.len());
        for start in ["", "Digest a=\"", "Digest a=b, "] {
            let field = format!("{start}{text}");
            let found = challenges([&*field]);
            let params: usize = found.iter().map(|challenge| challenge.params().count()).sum();
            assert!(found.len() + params <= field.len(), "{start:?} and {piece:?}");
        }
    }
}

#[test]
fn a_field_cut_at_any_byte_has_no_challenge_that_was_not_there() {
    let field = r#"Digest realm="a \"b\", c", nonce=xyz, qop="auth,auth-int", Basic realm="z", Negotiate abc=="#;
    let whole = challenges([field]);
    for end in 0..field.len() {
        for challenge in challenges([&field[..end]]) {
            let is_begun = whole.iter().any(|it| it.scheme() == challenge.scheme());
            // The name of a parameter that is cut off looks like a scheme; the grammar has it so.
            assert!(is_begun || challenge.params().next().is_none(), "{end}: {challenge:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_quoted_is_read_as_it_was_written(
        list in prop::collection::vec(("[A-Za-z][a-z0-9-]{0,6}", prop::collection::vec(("[a-z]{1,5}", "[\\PC\t]{0,12}"), 0..4)), 0..5),
        comma in "[ \t]{0,2},[ ,\t]{0,3}",
    ) {
        let mut elements = Vec::new();
        for (scheme, params) in &list {
            let quoted = |(name, value): &(String, String)| {
                format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
            };
            let mut params = params.iter().map(quoted);
            elements.push(format!("{scheme} {}", params.next().unwrap_or_default()));
            elements.extend(params);
        }
        let field = elements.join(&comma);
        let found = challenges([&*field]);
        prop_assert_eq!(found.len(), list.len(), "{}", field);
        for (found, (scheme, params)) in found.iter().zip(&list) {
            prop_assert_eq!(found.scheme(), scheme);
            let params: Vec<_> = params.iter().map(|(name, value)| (&**name, &**value)).collect();
            prop_assert_eq!(found.params().collect::<Vec<_>>(), params, "{}", field);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "[a-bé =,\"\\\\/\t\u{1}]{0,40}", other in "\\PC{0,30}") {
        let _ = challenges([&*text, &*other]);
    }
}
