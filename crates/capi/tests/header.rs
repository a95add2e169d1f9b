//! `include/sortie.h` is what the source says it is.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Set to write the header anew: `SORTIE_WRITE_HEADER=1 cargo test -p sortie-capi --test header`.
const WRITE: &str = "SORTIE_WRITE_HEADER";

#[test]
fn the_header_is_the_one_that_the_source_makes() {
    let (path, made) = (header(), generated());
    #[expect(clippy::disallowed_methods, reason = "no setting of the library's")]
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &made).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let differs = known.lines().zip(made.lines()).position(|(known, made)| known != made);
    assert!(
        known == made,
        "{} differs from line {} on: write it anew with {WRITE}=1",
        path.display(),
        differs.map_or(known.lines().count().min(made.lines().count()), |line| line + 1),
    );
}

#[test]
fn every_function_says_what_a_caller_has_to_know() {
    let header = fs::read_to_string(header()).unwrap();
    for (comment, declaration) in declarations(&header) {
        let needs = |word: &str| assert!(comment.contains(word), "`{word}` is missing above {declaration}");
        needs("Threads:");
        if declaration.starts_with("sortie_status ") {
            needs("Returns:");
        }
        if declaration.contains("**") && declaration.matches("**").count() > 1 {
            needs("Ownership:");
        }
    }
}

/// Each function's comment, and its declaration on one line.
fn declarations(header: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for block in header.split("\n\n") {
        let Some((comment, declaration)) = block.split_once("*/\n") else { continue };
        let declaration = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
        if declaration.ends_with(");") && !declaration.starts_with("typedef") {
            all.push((comment.into(), declaration));
        }
    }
    assert!(!all.is_empty());
    all
}

fn header() -> PathBuf {
    folder().join("../../include/sortie.h")
}

fn generated() -> String {
    let folder = folder();
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    config.header = Some(fs::read_to_string(folder.join("laws.txt")).unwrap().trim_end().into());
    config.after_includes = Some(version());
    let mut made = Vec::new();
    cbindgen::Builder::new().with_crate(folder).with_config(config).generate().unwrap().write(&mut made);
    String::from_utf8(made).unwrap()
}

/// The version of the library that the header belongs to.
fn version() -> String {
    let (major, minor, patch) =
        (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH"));
    format!(
        "\n/** The version of this header: see `sortie_version_number`. */\n\
         #define SORTIE_VERSION_MAJOR {major}\n\
         #define SORTIE_VERSION_MINOR {minor}\n\
         #define SORTIE_VERSION_PATCH {patch}\n\
         #define SORTIE_VERSION (SORTIE_VERSION_MAJOR * 1000000 + SORTIE_VERSION_MINOR * 1000 + SORTIE_VERSION_PATCH)\n"
    )
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
