//! Compilers of C and C++.

use std::path::PathBuf;
use std::process::Command;

use crate::tool::tool;

/// What a program is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Language {
    /// C99.
    C,
    /// C++17.
    Cpp,
}

/// A compiler that is there.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// How it is called: `gcc`.
    pub name: &'static str,
    language: Language,
    path: PathBuf,
}

/// The compilers of that language that are there. The missing ones are named as skipped.
///
/// # Panics
/// If one is missing where `CI=true`.
pub fn compilers(language: Language) -> Vec<Compiler> {
    let names = match language {
        Language::C => ["gcc", "clang"],
        Language::Cpp => ["g++", "clang++"],
    };
    names.into_iter().filter_map(|name| Some(Compiler { name, language, path: tool(name)? })).collect()
}

impl Compiler {
    /// A command that compiles by the standard, warnings being errors.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(match self.language {
            Language::C => "-std=c99",
            Language::Cpp => "-std=c++17",
        });
        command.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"]);
        command
    }
}
