//! The Go package: vetted, tested, and tested under the race detector.
#![allow(clippy::unwrap_used)]

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ffi_tests::{include, library, repository, run, run_within, scratch, tool};
use sortie_testserver::TestServer;

/// How long Go may build: the first time it builds its own library too.
const BUILDING: Duration = Duration::from_secs(1200);

/// Go, and where it finds the library.
struct Go {
    go: PathBuf,
    folder: PathBuf,
    header: u64,
}

impl Go {
    /// All that is needed, if it is there.
    fn find(name: &str) -> Option<Go> {
        let (go, _, _) = (tool("go")?, tool("gcc")?, tool("pkg-config")?);
        let folder = scratch(name);
        let (include, library) = (include(), library().folder());
        let told = format!(
            "Name: sortie\nDescription: of the tests\nVersion: 0.1.0\nCflags: -I{}\nLibs: -L{library} -Wl,-rpath,{library} -lsortie\n",
            include.display(),
            library = library.display(),
        );
        fs::write(folder.join("sortie.pc"), told).unwrap();
        let mut hasher = DefaultHasher::new();
        fs::read(include.join("sortie.h")).unwrap().hash(&mut hasher);
        Some(Go { go, folder, header: hasher.finish() })
    }

    /// A command of Go's in the module's folder. Nothing is downloaded.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.go);
        command
            .current_dir(module())
            .args(arguments)
            .env("PKG_CONFIG_PATH", &self.folder)
            .env("GOCACHE", self.folder.with_file_name("go-cache"))
            .env("GOFLAGS", "-mod=mod")
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local")
            .env("CGO_ENABLED", "1")
            // Go does not see that a header outside of its module has changed.
            .env("CGO_CFLAGS", format!("-O1 -g -DSORTIE_HEADER={}", self.header));
        command
    }

    /// Builds the tests, and runs them. Building is a command of its own, since it may take as long as the tests.
    fn test(&self, options: &[&str]) {
        let program = self.folder.join("tests");
        let dependencies = ["net/http/httptest", "net/http/cookiejar", "testing"];
        run_within(self.command(&[&["build"], options, &dependencies].concat()), BUILDING);
        run_within(
            self.command(&[&["test", "-c", "-o", program.to_str().unwrap()], options, &["."]].concat()),
            BUILDING,
        );
        let server = TestServer::start().unwrap();
        let mut tests = Command::new(program);
        tests
            .current_dir(module())
            .env("SORTIE_TEST_SERVER", server.url("").trim_end_matches('/'))
            // Go values that C keeps, looked for as hard as can be without another build.
            .env("GODEBUG", "cgocheck=1")
            .args(["-test.timeout=110s"]);
        run(tests);
    }
}

fn module() -> PathBuf {
    repository().join("bindings/go")
}

#[test]
fn the_package_is_formatted_and_vetted() {
    let Some(go) = Go::find("go-vet") else { return };
    let Some(gofmt) = tool("gofmt") else { return };
    let mut command = Command::new(gofmt);
    command.arg("-l").arg(module());
    assert_eq!(run(command).0, "", "gofmt would change these");
    run_within(go.command(&["vet", "./..."]), BUILDING);
}

#[test]
fn the_package_does_what_it_says() {
    let Some(go) = Go::find("go-test") else { return };
    go.test(&[]);
}

#[test]
fn the_package_has_no_races() {
    let Some(go) = Go::find("go-race") else { return };
    go.test(&["-race"]);
}

#[test]
fn files_are_below_five_hundred_lines() {
    for entry in fs::read_dir(module()).unwrap() {
        let path = entry.unwrap().path();
        let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
        assert!(path.is_dir() || lines(&path) < 500, "{}", path.display());
    }
}
