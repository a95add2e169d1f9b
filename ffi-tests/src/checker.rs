//! What watches a program while it runs.

use std::path::Path;
use std::process::Command;

use crate::place::variable;
use crate::repository;
use crate::tool::tool;

/// What watches a program while it runs, told by `SORTIE_FFI`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checker {
    /// Nothing.
    None,
    /// AddressSanitizer, which knows leaks too, and UndefinedBehaviorSanitizer.
    Address,
    /// Valgrind.
    Valgrind,
}

impl Checker {
    /// The one that was asked for.
    ///
    /// # Panics
    /// If `SORTIE_FFI` has another value than `address`, `valgrind`, or nothing.
    pub fn asked() -> Self {
        match variable("SORTIE_FFI").as_deref() {
            None | Some("" | "plain") => Checker::None,
            Some("address") => Checker::Address,
            Some("valgrind") => Checker::Valgrind,
            Some(other) => panic!("SORTIE_FFI={other}: it is `address`, `valgrind` or not set"),
        }
    }

    /// What the compiler has to be told.
    pub(crate) fn flags(self) -> &'static [&'static str] {
        match self {
            Checker::Address => {
                &["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g"]
            }
            Checker::Valgrind => &["-g"],
            Checker::None => &[],
        }
    }

    /// How much longer a program may take.
    pub(crate) fn patience(self) -> u32 {
        match self {
            Checker::None => 1,
            Checker::Address => 2,
            Checker::Valgrind => 5,
        }
    }

    /// The command that runs a program, if that can be had.
    pub(crate) fn command(self, program: &Path) -> Option<Command> {
        let mut command = match self {
            Checker::Valgrind => {
                let mut command = Command::new(tool("valgrind")?);
                command
                    .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
                    .arg("--errors-for-leak-kinds=definite,possible")
                    // As far as to the function that the program called, which suppressions name.
                    .arg("--num-callers=100")
                    .arg(format!("--suppressions={}", repository().join("ffi-tests/valgrind.supp").display()))
                    .arg(program);
                command
            }
            _ => Command::new(program),
        };
        if self == Checker::Address {
            command.env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1");
            command.env("UBSAN_OPTIONS", "print_stacktrace=1");
        }
        Some(command)
    }
}
