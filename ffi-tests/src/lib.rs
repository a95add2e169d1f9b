//! Programs in C, C++ and Go that use `libsortie`, compiled and run as tests.
//!
//! A program stands in `c/` or `cpp/`. It is one noun or one fact, gets what it needs, such as the URL of a test server, as
//! arguments, and ends with the status 0 when all is as it should be; else it says on stderr what is not. To add one, write
//! `c/noun.c` with `check.h`, and name it in `tests/c.rs`:
//!
//! ```no_run
//! let server = sortie_testserver::TestServer::start()?;
//! ffi_tests::program("c/noun.c").argument(server.url("/get")).run();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! That builds the library by cargo (once), compiles the program by every compiler there is, warnings being errors, and
//! runs it. A tool that is missing is named as skipped; where `CI=true` that is a failure. A program that takes too long is
//! ended, and has failed.
//!
//! Other languages call the parts: [`library`] is where the library lies, [`tool`] finds a compiler, [`run`] runs a command
//! and shows what it printed if it fails, [`scratch`] is a folder to work in.
//!
//! `SORTIE_FFI=address` runs the same programs under AddressSanitizer (leaks included) and UndefinedBehaviorSanitizer,
//! `SORTIE_FFI=valgrind` under valgrind.

mod checker;
mod command;
mod compiler;
mod declaration;
mod library;
mod place;
mod program;
mod tool;

pub use checker::Checker;
pub use command::{Printed, run, run_within};
pub use compiler::{Compiler, Language, compilers};
pub use declaration::{Declaration, Parameter, declarations};
pub use library::{Library, library, panicking_library};
pub use place::{include, repository, scratch};
pub use program::{Program, program};
pub use tool::{skipped, tool};
