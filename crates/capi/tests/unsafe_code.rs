//! Unsafe code stands in three files, and each piece of it says why it may.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

/// Where unsafe code may stand.
const ALLOWED: [&str; 3] = ["context.rs", "fork.rs", "lend.rs"];
/// What exports a symbol is called unsafe, too.
const EXPORT: &str = "#[unsafe(no_mangle)]";
/// A reason that names no law has so many words at least.
const WORDS: usize = 8;

#[test]
fn unsafe_code_stands_in_three_files_and_says_why_it_may() {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(path.is_file(), "{name}: a folder, which this test does not look into");
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for index in (0..lines.len()).filter(|&index| is_unsafe(lines[index])) {
            let place = format!("{name}:{}: {}", index + 1, lines[index]);
            assert!(ALLOWED.contains(&&*name), "{place}");
            let reason = reason(&lines[..index]).unwrap_or_else(|| panic!("no SAFETY comment above {place}"));
            assert!(
                reason.contains("law ") || reason.contains("laws ") || reason.split(' ').count() >= WORDS,
                "{place}"
            );
            found.push(name.clone());
        }
    }
    for name in ALLOWED {
        assert!(found.iter().any(|one| one == name), "{name} has no unsafe code any more: take it off the list");
    }
}

#[test]
fn what_is_looked_for_is_found() {
    for code in ["unsafe { free(it) }", "unsafe impl Send for It {}", "unsafe extern \"C\" fn it() {", "f(unsafe{it})"]
    {
        assert!(is_unsafe(code), "{code}");
    }
    for none in [EXPORT, "// unsafe { }", "/// Is unsafe.", "let unsafely = 1;", "#![allow(unsafe_code)]"] {
        assert!(!is_unsafe(none), "{none}");
    }
    assert_eq!(reason(&["it();", "// SAFETY: not NULL;", "// law 1."]).as_deref(), Some(" not NULL; law 1."));
    assert_eq!(reason(&["// SAFETY: not NULL.", "it();"]), None);
}

/// Whether there is unsafe code on a line.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default().replace(EXPORT, "");
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    code.split(|one| !is_word(one)).any(|word| word == "unsafe")
}

/// What the SAFETY comment says that stands right above.
fn reason(above: &[&str]) -> Option<String> {
    let mut reason = String::new();
    for line in above.iter().rev() {
        let comment = line.strip_prefix("//")?;
        match comment.trim_start().strip_prefix("SAFETY:") {
            Some(first) => return Some(first.to_owned() + &reason),
            None => reason.insert_str(0, comment),
        }
    }
    None
}
