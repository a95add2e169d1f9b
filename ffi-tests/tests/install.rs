//! What `make install` puts in place is found by pkg-config and by CMake, and works.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
