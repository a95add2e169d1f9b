//! What a netrc file says, and what of a damaged one is kept.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sortie_http::{Host, Url};
use sortie_policy::{Netrc, NetrcFault, NetrcFlaw};

fn host(text: &str) -> Host {
    Url::parse(&format!("http://{text}/")).unwrap().host().clone()
}

/// What a file without faults says of a host.
fn told(text: &str, name: &str) -> Option<(String, String)> {
    let (netrc, faults) = Netrc::parse(text);
    assert_eq!(faults, [], "{text:?}");
    look_up(&netrc, name)
}

fn look_up(netrc: &Netrc, name: &str) -> Option<(String, String)> {
    netrc.lookup(&host(name)).map(|(user, password)| (user.to_owned(), password.to_owned()))
}

fn pair(user: &str, password: &str) -> Option<(String, String)> {
    Some((user.to_owned(), password.to_owned()))
}

/// What the file says, and its faults as line and flaw.
fn read(text: &str) -> (Netrc, Vec<(usize, NetrcFlaw)>) {
    let (netrc, faults) = Netrc::parse(text);
    (netrc, faults.iter().map(|NetrcFault { line, what, .. }| (*line, *what)).collect())
}

#[test]
fn a_machine_has_a_login_and_a_password() {
    let text = "machine a.test login ann password one\nmachine b.test login bob password two\n";
    assert_eq!(told(text, "a.test"), pair("ann", "one"));
    assert_eq!(told(text, "b.test"), pair("bob", "two"));
    assert_eq!(told(text, "c.test"), None);
}

#[test]
fn words_stand_on_any_number_of_lines_in_any_order() {
    let text = "\n\tmachine\n  a.test\r\n password\n\n one\r\n\t user\tann\r\n";
    assert_eq!(told(text, "a.test"), pair("ann", "one"));
}

#[test]
fn words_are_known_in_any_case() {
    assert_eq!(told("MACHINE a.test Login ann PassWord One", "a.test"), pair("ann", "One"));
}

#[test]
fn a_mark_of_byte_order_is_no_word() {
    assert_eq!(told("\u{feff}machine a.test login ann password one", "a.test"), pair("ann", "one"));
}

#[test]
fn names_of_hosts_have_no_case() {
    assert_eq!(told("machine API.Test login ann password one", "api.test"), pair("ann", "one"));
    assert_eq!(told("machine bücher.test login ann password one", "BÜCHER.test"), pair("ann", "one"));
    assert_eq!(told("machine xn--bcher-kva.test login ann password one", "bücher.test"), pair("ann", "one"));
}

#[test]
fn a_name_is_not_a_part_of_another() {
    let text = "machine test login ann password one machine a.test.b login bob password two";
    assert_eq!(told(text, "a.test"), None);
    assert_eq!(told("machine ann@bücher.test login ann password one", "bücher.test"), None);
    assert_eq!(told("machine bücher.test:80 login ann password one", "bücher.test"), None);
}

#[test]
fn an_address_is_found_however_it_is_written() {
    assert_eq!(told("machine 127.0.0.1 login ann password one", "127.0.0.1"), pair("ann", "one"));
    for name in ["::1", "[::1]", "0:0:0:0:0:0:0:1", "[0::0:1]"] {
        assert_eq!(told(&format!("machine {name} login ann password one"), "[::1]"), pair("ann", "one"), "{name}");
    }
    assert_eq!(told("machine FE80::A login ann password one", "[fe80::a]"), pair("ann", "one"));
}

#[test]
fn the_first_machine_of_a_name_counts() {
    let text = "machine a.test login ann password one\nmachine A.test login bob password two";
    assert_eq!(told(text, "a.test"), pair("ann", "one"));
}

#[test]
fn the_default_is_for_hosts_without_a_machine() {
    let text = "default login any password none\nmachine a.test login ann password one\n";
    assert_eq!(told(text, "a.test"), pair("ann", "one"));
    assert_eq!(told(text, "b.test"), pair("any", "none"));
}

#[test]
fn the_last_default_counts() {
    let text = "default login any password none\ndefault login other password two";
    assert_eq!(told(text, "b.test"), pair("other", "two"));
}

#[test]
fn a_machine_of_which_nothing_is_said_gets_nothing_from_the_default() {
    assert_eq!(told("machine a.test\ndefault login any password none", "a.test"), None);
}

#[test]
fn an_account_stands_in_for_a_login() {
    assert_eq!(told("machine a.test account acme password one", "a.test"), pair("acme", "one"));
    assert_eq!(told("machine a.test account acme login ann password one", "a.test"), pair("ann", "one"));
    assert_eq!(told("machine a.test login \"\" account acme", "a.test"), pair("acme", ""));
}

#[test]
fn either_of_user_and_password_may_be_missing() {
    assert_eq!(told("machine a.test password one", "a.test"), pair("", "one"));
    assert_eq!(told("machine a.test login ann", "a.test"), pair("ann", ""));
}

#[test]
fn a_value_in_quotes_has_blanks_and_marks() {
    let text = r##"machine "a.test" login "ann lee" password "a \"b\" \\ # \n'c'""##;
    assert_eq!(told(text, "a.test"), pair("ann lee", r##"a "b" \ # n'c'"##));
    assert_eq!(told(r#"machine a.test login ann password "\é""#, "a.test"), pair("ann", "é"));
}

#[test]
fn a_backslash_takes_the_next_character_as_it_is() {
    assert_eq!(told(r"machine a.test login corp\\ann password a\ b\#", "a.test"), pair(r"corp\ann", "a b#"));
    assert_eq!(told(r#"machine a.test login ann password \"q\é"#, "a.test"), pair("ann", "\"qé"));
}

#[test]
fn a_backslash_at_the_end_of_a_line_is_itself() {
    for text in ["password one\\\n login ann", "password one\\\r\n login ann", "login ann password one\\"] {
        assert_eq!(told(&format!("machine a.test {text}"), "a.test"), pair("ann", "one\\"), "{text:?}");
    }
}

#[test]
fn a_quote_within_a_word_is_a_part_of_it() {
    assert_eq!(told(r#"machine a.test login an"n" password o"ne"#, "a.test"), pair("an\"n\"", "o\"ne"));
}

#[test]
fn a_comment_ends_with_its_line() {
    let text = "# machine a.test login no password no\n#machine a.test\nmachine a.test # login no\n login ann #x y\n\
                #z\n password one\n # end";
    assert_eq!(told(text, "a.test"), pair("ann", "one"));
}

#[test]
fn a_sign_of_a_comment_in_a_value_is_a_part_of_it() {
    assert_eq!(told("machine a.test login a#n password #one", "a.test"), pair("a#n", "#one"));
    assert_eq!(told("machine a.test login # password one", "a.test"), pair("#", "one"));
}

#[test]
fn a_keyword_can_be_a_value() {
    assert_eq!(told("machine a.test login password password machine", "a.test"), pair("password", "machine"));
    assert_eq!(told("machine a.test login\n\"login\"\npassword\n\"default\"", "a.test"), pair("login", "default"));
}

#[test]
fn what_a_macro_does_is_skipped_up_to_an_empty_line() {
    for end in ["\n", "\r\n", " \t\n"] {
        let text = format!(
            "machine a.test login ann password one\nmacdef init\nmachine b.test \"\n login no\n{end}\
             machine c.test login eve password three\n"
        );
        assert_eq!(told(&text, "a.test"), pair("ann", "one"));
        assert_eq!(told(&text, "b.test"), None);
        assert_eq!(told(&text, "c.test"), pair("eve", "three"));
    }
}

#[test]
fn a_macro_ends_an_entry() {
    let (netrc, faults) = read("machine a.test login ann\nmacdef x\n\npassword one\nmachine b.test login bob");
    assert_eq!(faults, [(4, NetrcFlaw::Word)]);
    assert_eq!(look_up(&netrc, "a.test"), pair("ann", ""));
    assert_eq!(look_up(&netrc, "b.test"), pair("bob", ""));
}

#[test]
fn a_macro_without_an_end_is_a_fault() {
    for text in ["macdef init\nput x\n", "macdef init\nput x", "macdef init\n", "macdef init", "macdef"] {
        let (netrc, faults) = read(&format!("\nmachine a.test login ann\n{text}"));
        assert_eq!(faults, [(3, NetrcFlaw::Macro)], "{text:?}");
        assert_eq!(look_up(&netrc, "a.test"), pair("ann", ""));
    }
}

#[test]
fn a_damaged_line_between_two_entries_costs_neither() {
    let text = "machine a.test login ann password one\nthese words mean nothing\nmachine b.test login bob password two";
    let (netrc, faults) = read(text);
    assert_eq!(faults, [(2, NetrcFlaw::Word)]);
    assert_eq!(look_up(&netrc, "a.test"), pair("ann", "one"));
    assert_eq!(look_up(&netrc, "b.test"), pair("bob", "two"));
}

#[test]
fn a_damaged_line_within_an_entry_is_left_out() {
    let (netrc, faults) = read("machine a.test\n login ann\n port 80\n password one\n");
    assert_eq!(faults, [(3, NetrcFlaw::Word)]);
    assert_eq!(look_up(&netrc, "a.test"), pair("ann", "one"));
}

#[test]
fn an_entry_that_a_damaged_line_has_a_part_of_gives_no_credentials() {
    let lines = [
        "machine a.test login ann password open sesame",
        "machine a.test login ann password \"open sesame",
        "machine a.test login ann password \"open\"sesame",
        "machine a.test login ann password o\u{1}pen",
        "machine a.test login ann password",
        "machine a.test port 80 login ann password one",
    ];
    for line in lines {
        let (netrc, faults) = read(&format!("{line}\nmachine b.test login bob\ndefault login any"));
        assert_eq!(faults.len(), 1, "{line:?}");
        assert_eq!(look_up(&netrc, "a.test"), None, "{line:?}");
        assert_eq!(look_up(&netrc, "b.test"), pair("bob", ""), "{line:?}");
        assert_eq!(look_up(&netrc, "c.test"), pair("any", ""), "{line:?}");
    }
}

#[test]
fn a_keyword_on_the_next_line_is_no_value() {
    let (netrc, faults) = read("machine a.test login ann password\nmachine b.test login bob password two");
    assert_eq!(faults, [(1, NetrcFlaw::Value)]);
    assert_eq!(look_up(&netrc, "a.test"), None);
    assert_eq!(look_up(&netrc, "b.test"), pair("bob", "two"));
}

#[test]
fn a_value_that_is_missing_at_the_end_is_a_fault() {
    for word in ["machine", "machine a.test login", "machine a.test login ann password\n\n", "default account"] {
        assert_eq!(read(word).1, [(1, NetrcFlaw::Value)], "{word:?}");
    }
}

#[test]
fn what_stands_behind_a_machine_without_a_name_is_nobodys() {
    for name in ["", "\"\"", "a\u{7f}b", "\"b.test"] {
        let (netrc, faults) = read(&format!("machine a.test login ann\nmachine {name}\nlogin bob\npassword two\n"));
        assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2], "{name:?}");
        assert_eq!(look_up(&netrc, "a.test"), pair("ann", ""), "{name:?}");
        assert_eq!(look_up(&netrc, "b.test"), None, "{name:?}");
    }
}

#[test]
fn a_login_before_any_machine_is_a_fault() {
    let (netrc, faults) = read("login ann password one\nmachine a.test login bob");
    assert_eq!(faults, [(1, NetrcFlaw::Word)]);
    assert_eq!(look_up(&netrc, "a.test"), pair("bob", ""));
}

#[test]
fn a_damaged_default_is_nobodys() {
    let (netrc, faults) = read("default login any password \"none\nmachine a.test login ann");
    assert_eq!(faults, [(1, NetrcFlaw::Quote)]);
    assert_eq!(look_up(&netrc, "b.test"), None);
    assert_eq!(look_up(&netrc, "a.test"), pair("ann", ""));
}

#[test]
fn a_file_of_nothing_is_empty() {
    for text in ["", "\n\n", "# nothing\n", "macdef x\n\n"] {
        assert!(Netrc::parse(text).0.is_empty(), "{text:?}");
    }
    assert!(Netrc::default().is_empty());
    assert_eq!(Netrc::default().lookup(&host("a.test")), None);
    assert!(!Netrc::parse("default login any").0.is_empty());
    assert!(!Netrc::parse("machine a.test").0.is_empty());
}

#[test]
fn nothing_shows_a_secret() {
    let text = "machine a.test login Hannah password Sesame account Acme\n\
                default login Hannah password \"Sesame\nSesame\n";
    let (netrc, faults) = Netrc::parse(text);
    assert_eq!(faults.len(), 2);
    let mut shown = format!("{netrc:?} {netrc:#?} {faults:?}");
    faults.iter().for_each(|fault| shown += &format!(" {fault}"));
    assert!(shown.contains("a.test") && shown.contains("line 2: a quoted value does not end on its line"), "{shown}");
    assert!(!["Hannah", "Sesame", "Acme"].iter().any(|secret| shown.contains(secret)), "{shown}");
}

#[test]
fn a_clone_shares_what_was_read() {
    let (netrc, _) = Netrc::parse("machine a.test login ann password one");
    let copy = netrc.clone();
    let user = |netrc: &Netrc| netrc.lookup(&host("a.test")).unwrap().0.as_ptr();
    assert_eq!(user(&netrc), user(&copy));
}

proptest! {
    #[test]
    fn any_text_can_be_read(words in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let text = words.concat();
        let (netrc, faults) = Netrc::parse(&text);
        let lines = text.split('\n').count();
        prop_assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)));
        prop_assert!(faults.is_sorted_by_key(|fault| fault.line));
        if let Some((user, password)) = netrc.lookup(&host("a.test")) {
            prop_assert!(!user.chars().chain(password.chars()).any(char::is_control));
        }
    }

    #[test]
    fn what_is_written_is_read(user in "\\PC{1,12}", password in "\\PC{0,12}") {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let bare = |text: &str| text.chars().map(|char| format!("\\{char}")).collect::<String>();
        let text = format!("machine a.test login {} password {}", quoted(&user), quoted(&password));
        prop_assert_eq!(told(&text, "a.test"), pair(&user, &password));
        let text = format!("machine a.test login {} password {}", bare(&user), quoted(&password));
        prop_assert_eq!(told(&text, "a.test"), pair(&user, &password));
    }
}

const PIECES: &[&str] = &[
    "machine",
    "default",
    "login",
    "user",
    "password",
    "account",
    "macdef",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\r\n",
    "\t",
    "\"",
    "\\",
    "#",
    "a.test",
    "[::1]",
    "é",
    "ann",
    "one",
    "\u{1}",
    "\u{feff}",
    "bücher.test",
];
