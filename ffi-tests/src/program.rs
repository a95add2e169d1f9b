//! A program that uses the library.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::checker::Checker;
use crate::command::{Printed, run};
use crate::compiler::{Compiler, Language, compilers};
use crate::library::{Library, library};
use crate::place::{include, ours, repository};

/// A program that uses the library: one file of C or C++.
#[derive(Clone, Debug)]
pub struct Program {
    source: PathBuf,
    library: Option<&'static Library>,
    archive: bool,
    flags: Vec<OsString>,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
}

/// The program in this file: C if its name ends with `.c`, else C++.
///
/// The path is relative to `ffi-tests/`, or absolute.
pub fn program(source: impl AsRef<Path>) -> Program {
    Program {
        source: repository().join("ffi-tests").join(source),
        library: None,
        archive: false,
        flags: Vec::new(),
        arguments: Vec::new(),
        variables: Vec::new(),
    }
}

impl Program {
    /// Gives it an argument.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Gives its compiler a flag, after all others.
    pub fn flag(mut self, flag: impl Into<OsString>) -> Self {
        self.flags.push(flag.into());
        self
    }

    /// Sets a variable of its environment.
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Uses another library than the one that is shipped.
    pub fn library(mut self, library: &'static Library) -> Self {
        self.library = Some(library);
        self
    }

    /// Links the static library.
    pub fn archive(mut self) -> Self {
        self.archive = true;
        self
    }

    /// Compiles it by each compiler that is there, and runs it.
    ///
    /// # Panics
    /// If that fails. What was printed is told.
    #[track_caller]
    pub fn run(self) -> Vec<Printed> {
        let checker = Checker::asked();
        let mut all = compilers(self.language());
        if checker == Checker::Valgrind {
            all.truncate(1);
        }
        all.iter().filter_map(|compiler| self.run_by(compiler, checker)).collect()
    }

    fn run_by(&self, compiler: &Compiler, checker: Checker) -> Option<Printed> {
        let binary = self.compile(compiler, checker);
        let mut command = checker.command(&binary)?;
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        Some(run(command))
    }

    /// Compiles it; gives the binary.
    fn compile(&self, compiler: &Compiler, checker: Checker) -> PathBuf {
        let library = self.library.unwrap_or_else(library);
        let stem = self.source.file_name().expect("a program is a file").to_string_lossy().into_owned();
        let kind = if self.archive { "archive" } else { "shared" };
        let library_name = library.folder().file_name().expect("it has a name").to_string_lossy().into_owned();
        let folder = ours().join("programs");
        fs::create_dir_all(&folder).expect("our folder can be made");
        let name = format!("{stem}-{}-{library_name}-{kind}-{checker:?}", compiler.name);
        let binary = folder.join(name);
        let mut command = compiler.command();
        command.args(checker.flags()).arg("-I").arg(include()).arg("-I").arg(repository().join("ffi-tests/c"));
        command.arg(&self.source).arg("-o").arg(&binary);
        if self.archive {
            // What Rust's own library needs of the system: `rustc --print native-static-libs` lists it.
            command.arg(library.archive()).args(["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]);
        } else {
            let mut found = OsString::from("-Wl,-rpath,");
            found.push(library.folder());
            command.arg("-L").arg(library.folder()).arg("-lsortie").arg(found);
        }
        run({
            command.args(&self.flags);
            command
        });
        binary
    }

    fn language(&self) -> Language {
        if self.source.extension().is_some_and(|extension| extension == "c") { Language::C } else { Language::Cpp }
    }
}
