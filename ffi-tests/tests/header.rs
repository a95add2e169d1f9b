//! The header, and the library that it belongs to.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use ffi_tests::{Language, compilers, declarations, include, library, repository, run, scratch, tool};

#[test]
fn the_header_compiles_alone_in_both_languages() {
    let folder = scratch("alone");
    for (language, file) in [(Language::C, "alone.c"), (Language::Cpp, "alone.cpp")] {
        let source = folder.join(file);
        fs::write(&source, "#include <sortie.h>\n#include <sortie.h>\n").unwrap();
        for compiler in compilers(language) {
            let mut command = compiler.command();
            command.arg("-fsyntax-only").arg("-I").arg(include()).arg(&source);
            run(command);
        }
    }
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let Some(nm) = tool("nm") else { return };
    let mut command = Command::new(nm);
    command.args(["-D", "--defined-only", "--format=posix"]).arg(library().shared());
    let printed = run(command).0;
    let exported: BTreeSet<_> = printed.lines().filter_map(|line| line.split(' ').next()).map(String::from).collect();
    let declared: BTreeSet<_> = declarations().into_iter().map(|function| function.name).collect();
    assert_eq!(exported, declared);
}

#[test]
fn the_library_names_its_major_version() {
    let Some(readelf) = tool("readelf") else { return };
    let mut command = Command::new(readelf);
    command.args(["-d", "--wide"]).arg(library().shared());
    let printed = run(command).0;
    assert!(printed.lines().any(|line| line.contains("(SONAME)") && line.contains("[libsortie.so.0]")), "{printed}");
}

#[test]
fn each_function_is_called_by_a_program() {
    let programs = ["ffi-tests/c", "ffi-tests/cpp", "ffi-tests/loops", "crates/capi/examples"];
    let text: String = programs.iter().map(|folder| texts(&repository().join(folder))).collect();
    let words: BTreeSet<_> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let forgotten: Vec<_> = declarations()
        .into_iter()
        .map(|function| function.name)
        .filter(|name| !words.contains(name.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "no program calls {forgotten:?}");
}

#[test]
fn each_program_is_run() {
    let tests = texts(&repository().join("ffi-tests/tests"));
    for (folder, ending) in [("c", ".c"), ("cpp", ".cpp"), ("loops", ".c")] {
        for entry in fs::read_dir(repository().join("ffi-tests").join(folder)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            assert!(!name.ends_with(ending) || tests.contains(&format!("{folder}/{name}\"")), "{name} is not run");
        }
    }
}

/// All files of a folder in one.
fn texts(folder: &Path) -> String {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}
