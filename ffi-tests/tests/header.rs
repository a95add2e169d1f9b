//! The header, and the library that it belongs to.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use ffi_tests::{Language, compilers, declarations, include, library, run, scratch, tool};

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
