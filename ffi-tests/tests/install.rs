//! What `make install` puts in place is found by pkg-config and by CMake, and works.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ffi_tests::{library, repository, run, scratch, tool};
use sortie_testserver::TestServer;

/// Fetches the URL that it is given, by C++ and by C.
const PROGRAM: &str = r"
#include <sortie.hpp>

int main(int, char **argv) {
    sortie_response *response = nullptr;
    if (sortie_get(argv[1], &response, nullptr) != SORTIE_OK) {
        return 1;
    }
    sortie_response_free(response);
    return sortie::get(argv[1]).status() == 200 ? 0 : 2;
}
";

const CMAKE: &str = r"
cmake_minimum_required(VERSION 3.13)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(sortie 0.1 REQUIRED)
add_executable(shared program.cpp)
target_link_libraries(shared sortie::sortie)
add_executable(static program.cpp)
target_link_libraries(static sortie::static)
find_package(sortie 99 QUIET)
if(sortie_FOUND)
  message(FATAL_ERROR [[there is no version 99]])
endif()
";

#[test]
fn what_is_installed_is_found_by_pkg_config_and_by_cmake() {
    let (Some(make), Some(compiler)) = (tool("make"), tool("g++")) else { return };
    let folder = scratch("install");
    let program = folder.join("program.cpp");
    fs::write(&program, PROGRAM).unwrap();
    let (stage, prefix) = (folder.join("stage"), folder.join("prefix"));
    // Staged, and moved from there: nothing in it may know where it was.
    run(installing(&make, "install", &stage));
    fs::rename(stage.join("opt/sortie"), &prefix).unwrap();
    for file in ["include/sortie.h", "include/sortie.hpp", "include/sortie/session.hpp", "lib/libsortie.a"] {
        assert!(prefix.join(file).is_file(), "{file}");
    }

    let server = TestServer::start().unwrap();
    let url = server.url("/get");
    if let Some(pkg_config) = tool("pkg-config") {
        for (name, kind) in [("shared", None), ("static", Some("--static"))] {
            if kind.is_some() {
                // The linker prefers the shared library where both are there.
                for file in ["libsortie.so", "libsortie.so.0", "libsortie.so.0.1.0"] {
                    fs::rename(prefix.join("lib").join(file), folder.join(file)).unwrap();
                }
            }
            let mut ask = Command::new(&pkg_config);
            ask.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).args(kind).args(["--cflags", "--libs", "sortie"]);
            let flags = run(ask).0;
            let binary = folder.join(name);
            let mut compile = Command::new(&compiler);
            compile.arg("-std=c++17").arg(&program).args(flags.split_whitespace()).arg("-o").arg(&binary);
            run(compile);
            run(with_library(&binary, &prefix.join("lib"), &url));
        }
        for file in ["libsortie.so", "libsortie.so.0", "libsortie.so.0.1.0"] {
            fs::rename(folder.join(file), prefix.join("lib").join(file)).unwrap();
        }
    }
    if let Some(cmake) = tool("cmake") {
        fs::write(folder.join("CMakeLists.txt"), CMAKE).unwrap();
        let built = folder.join("built");
        let mut configure = Command::new(&cmake);
        configure.arg("-S").arg(&folder).arg("-B").arg(&built).arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DCMAKE_CXX_COMPILER={}", compiler.display()));
        run(configure);
        let mut build = Command::new(&cmake);
        build.arg("--build").arg(&built);
        run(build);
        for name in ["shared", "static"] {
            run(with_library(&built.join(name), &prefix.join("lib"), &url));
        }
    }

    run(installing(&make, "install", &stage));
    run(installing(&make, "uninstall", &stage));
    assert_eq!(files(&stage), Vec::<PathBuf>::new());
}

/// What cargo would have built, and a `make` that may not ask it.
struct Built {
    make: PathBuf,
    target: PathBuf,
    stage: PathBuf,
}

impl Built {
    fn new(name: &str) -> Option<Self> {
        let (make, folder) = (tool("make")?, scratch(name));
        let built = Built { make, target: folder.join("target"), stage: folder.join("stage") };
        fs::create_dir_all(built.target.join("release")).unwrap();
        for file in ["libsortie.so", "libsortie.a", "libsortie.native"] {
            fs::write(built.target.join("release").join(file), "-lm -lc\n").unwrap();
        }
        Some(built)
    }

    fn make(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.make);
        command.current_dir(repository()).args(["CARGO=false", "PREFIX=/usr"]).args(arguments);
        command.arg(format!("DESTDIR={}", self.stage.display()));
        command.env("CARGO_TARGET_DIR", &self.target).output().unwrap()
    }

    #[track_caller]
    fn makes(&self, arguments: &[&str]) {
        let output = self.make(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn has(&self, file: &str) -> bool {
        self.stage.join("usr").join(file).symlink_metadata().is_ok()
    }
}

#[test]
fn what_was_built_is_installed_without_cargo() {
    let Some(built) = Built::new("install-built") else { return };
    built.makes(&["install"]);
    assert!(built.has("lib/libsortie.so.0.1.0") && built.has("include/sortie/session.hpp"));
    fs::remove_file(built.target.join("release/libsortie.a")).unwrap();
    assert!(!built.make(&["install"]).status.success());
    built.makes(&["install", "STATIC=no"]);
    assert!(!built.make(&["all", "install", "STATIC=no"]).status.success());
}

#[test]
fn a_library_that_is_left_out_is_none_to_link_with() {
    let Some(built) = Built::new("install-left-out") else { return };
    built.makes(&["install"]);
    built.makes(&["install", "SHARED=no"]);
    // Programs that were linked with it before still find it.
    assert!(!built.has("lib/libsortie.so") && built.has("lib/libsortie.so.0") && built.has("lib/libsortie.so.0.1.0"));
    assert!(built.has("lib/libsortie.a"));
    built.makes(&["install", "STATIC=no"]);
    assert!(built.has("lib/libsortie.so") && !built.has("lib/libsortie.a"));
}

#[test]
fn uninstall_leaves_nothing_of_ours_and_all_of_others() {
    let Some(built) = Built::new("install-uninstall") else { return };
    built.makes(&["uninstall"]);
    built.makes(&["install"]);
    let usr = built.stage.join("usr");
    for file in ["lib/libsortie.so.0.0.9", "include/sortie/older.hpp", "lib/libsort.so", "include/sort.h"] {
        fs::write(usr.join(file), "").unwrap();
    }
    let others = [usr.join("include/sort.h"), usr.join("lib/libsort.so")];
    built.makes(&["uninstall"]);
    let mut left = files(&built.stage);
    left.sort();
    assert_eq!(left, others);
    assert!(!built.has("include/sortie") && !built.has("lib/cmake/sortie"));

    // What is missing keeps nothing else from going.
    built.makes(&["install"]);
    fs::remove_dir_all(usr.join("include")).unwrap();
    built.makes(&["uninstall"]);
    assert_eq!(files(&built.stage), others[1..]);
}

#[test]
fn a_prefix_that_cannot_be_quoted_is_refused() {
    let Some(built) = Built::new("install-strange") else { return };
    for (name, value) in [("PREFIX", "/opt/a b"), ("LIBDIR", "/opt/it's"), ("INCLUDEDIR", "/opt/a|b")] {
        for goal in ["install", "uninstall"] {
            let output = built.make(&[goal, &format!("{name}={value}")]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains(&format!("{name} is \"{value}\"")), "{said}");
            assert!(!built.stage.exists());
        }
    }
}

/// `make`, below a folder of its own, from the profile that the tests are built with.
fn installing(make: &Path, goal: &str, stage: &Path) -> Command {
    // target/debug/ffi/plain: what was built for other tests need not be built again.
    let profile = library().folder().ancestors().nth(2).unwrap();
    let mut command = Command::new(make);
    command.current_dir(repository()).args([goal, "PREFIX=/opt/sortie"]);
    command.arg(format!("PROFILE={}", profile.file_name().unwrap().to_str().unwrap()));
    command.arg(format!("DESTDIR={}", stage.display())).env("CARGO_TARGET_DIR", profile.parent().unwrap());
    command
}

fn with_library(binary: &Path, library: &Path, url: &str) -> Command {
    let mut command = Command::new(binary);
    command.arg(url).env("LD_LIBRARY_PATH", library);
    command
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}
