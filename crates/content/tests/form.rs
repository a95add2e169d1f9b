//! Forms, as they go onto the wire.

use sortie_content::{FORM, form};

#[test]
fn order_and_repetition_are_kept_and_a_space_is_a_plus() {
    assert_eq!(form([("a", "1"), ("b", ""), ("a", "2 3")]), "a=1&b=&a=2+3");
    assert_eq!(FORM, "application/x-www-form-urlencoded");
}

#[test]
fn what_would_break_a_form_is_escaped_as_utf_8() {
    assert_eq!(form([("d", "é &"), ("=", "+%\r\n")]), "d=%C3%A9+%26&%3D=%2B%25%0D%0A");
}

#[test]
fn an_empty_form_is_no_bytes() {
    assert!(form(Vec::<(String, String)>::new()).is_empty());
}

#[test]
fn pairs_may_be_owned_or_lent() {
    let owned = vec![(String::from("a"), String::from("1"))];
    assert_eq!(form(owned.iter().map(|(name, value)| (name, value))), "a=1");
    assert_eq!(form(owned), "a=1");
}
