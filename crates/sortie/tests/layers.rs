//! The house holds to its plan: which crate stands on which floor, what it may see, and how long a file may be.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// A crate of ours, and those that it sees: all of them on lower floors.
struct Row {
    package: &'static str,
    floor: u8,
    sees: &'static [&'static str],
}

const TABLE: &[Row] = &[
    Row { package: "sortie-http", floor: 1, sees: &[] },
    Row { package: "sortie-log", floor: 1, sees: &[] },
    Row { package: "sortie-hooks", floor: 1, sees: &[] },
    Row { package: "sortie-timer", floor: 1, sees: &[] },
    Row { package: "sortie-h1", floor: 2, sees: &["sortie-http"] },
    Row { package: "sortie-content", floor: 2, sees: &["sortie-http"] },
    Row { package: "sortie-cookie", floor: 2, sees: &["sortie-http"] },
    Row { package: "sortie-transport", floor: 2, sees: &["sortie-timer"] },
    Row { package: "sortie-policy", floor: 3, sees: &["sortie-http", "sortie-cookie"] },
    Row {
        package: "sortie-engine",
        floor: 4,
        sees: &["sortie-http", "sortie-log", "sortie-timer", "sortie-h1", "sortie-content", "sortie-policy"],
    },
    Row {
        package: "sortie-session",
        floor: 4,
        sees: &["sortie-http", "sortie-log", "sortie-hooks", "sortie-content", "sortie-cookie", "sortie-policy"],
    },
    Row {
        package: "sortie",
        floor: 5,
        sees: &[
            "sortie-http",
            "sortie-log",
            "sortie-hooks",
            "sortie-h1",
            "sortie-content",
            "sortie-cookie",
            "sortie-transport",
            "sortie-policy",
            "sortie-engine",
            "sortie-session",
        ],
    },
    Row { package: "sortie-capi", floor: 6, sees: &["sortie"] },
    // Beside the house: for tests, examples and measurements, and not published.
    Row { package: "sortie-testserver", floor: 1, sees: &[] },
    Row { package: "sortie-sim", floor: 5, sees: &["sortie-http", "sortie-log", "sortie-policy", "sortie-engine"] },
    Row { package: "ffi-tests", floor: 7, sees: &[] },
    Row { package: "sortie-benches", floor: 6, sees: &["sortie", "sortie-engine", "sortie-http", "sortie-policy"] },
];

/// Dependencies that no code names: they turn on a feature of what another dependency rests on.
const FOR_A_FEATURE: &[(&str, &str)] = &[("sortie-content", "zlib-rs")];

/// Crates that know no socket, clock, thread, randomness or environment: time and bytes come in as arguments.
const PURE: &[&str] = &["h1", "engine", "policy", "content", "cookie", "hooks", "timer", "http"];

/// Words that no code of a pure crate has. `SystemTime` and `SocketAddr` are values, and fine.
const IMPURE_WORDS: &[&str] = &[
    "Instant",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "ToSocketAddrs",
    "fastrand",
    "getrandom",
    "mio",
    "rustix",
    "socket2",
    "tokio",
    "thread",
    "thread_local",
    "env",
    "println",
    "eprintln",
];

/// Dependencies that no pure crate has.
const IMPURE_CRATES: &[&str] = &["fastrand", "getrandom", "jiff", "mio", "rand", "rustix", "socket2", "tokio"];

/// What cargo knows of the workspace's members.
static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    let manifest = root().join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--manifest-path"]).arg(manifest);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(Member::new).collect()
});

struct Member {
    package: String,
    folder: PathBuf,
    published: bool,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    package: String,
    /// How code names it.
    name: String,
    /// Whether it is wanted by tests and examples only.
    dev: bool,
}

impl Member {
    fn new(package: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Member {
            package: text(&package["name"]),
            folder: Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned(),
            published: package["publish"].is_null(),
            dependencies: package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| Dependency {
                    package: text(&it["name"]),
                    name: named(it["rename"].as_str().or(it["name"].as_str()).unwrap()),
                    dev: it["kind"].as_str() == Some("dev"),
                })
                .collect(),
        }
    }

    /// Its dependencies on crates of ours.
    fn ours(&self) -> impl Iterator<Item = (&Dependency, &'static Row)> {
        self.dependencies.iter().filter_map(|it| Some((it, row(&it.package)?)))
    }
}

#[test]
fn every_member_has_a_row_and_every_row_a_member() {
    let members: HashSet<&str> = MEMBERS.iter().map(|member| member.package.as_str()).collect();
    let rows: HashSet<&str> = TABLE.iter().map(|row| row.package).collect();
    assert_eq!(members, rows);
}

#[test]
fn every_arrow_is_in_the_table_and_leads_to_a_lower_floor() {
    for member in MEMBERS.iter() {
        let own = row(&member.package).unwrap();
        for (dependency, lower) in member.ours().filter(|(dependency, _)| !dependency.dev) {
            let arrow = format!("{} -> {}", member.package, dependency.package);
            assert!(own.sees.contains(&lower.package), "{arrow} is not in the table");
            assert!(lower.floor < own.floor, "{arrow} does not lead down");
        }
        for seen in own.sees.iter().filter(|_| member.published) {
            let is_seen = member.dependencies.iter().any(|it| !it.dev && it.package == *seen);
            assert!(is_seen, "{} -> {seen} is in the table alone", member.package);
        }
    }
}

#[test]
fn the_table_itself_leads_down_and_session_and_engine_do_not_see_each_other() {
    for own in TABLE {
        for seen in own.sees {
            assert!(row(seen).unwrap().floor < own.floor, "{} -> {seen} does not lead down", own.package);
        }
    }
    assert!(!row("sortie-session").unwrap().sees.contains(&"sortie-engine"));
    assert!(!row("sortie-engine").unwrap().sees.contains(&"sortie-session"));
    assert!(!row("sortie-transport").unwrap().sees.contains(&"sortie-http"));
}

#[test]
fn tests_and_examples_see_lower_floors_or_the_test_server() {
    for member in MEMBERS.iter() {
        let own = row(&member.package).unwrap();
        for (dependency, seen) in member.ours().filter(|(dependency, _)| dependency.dev) {
            let allowed = seen.package == "sortie-testserver" || seen.floor < own.floor;
            assert!(allowed, "the tests of {} may not see {}", member.package, dependency.package);
        }
    }
}

/// How code names a package: most as they are called.
fn named(package: &str) -> String {
    match package {
        "md-5" => "md5".into(),
        other => other.replace('-', "_"),
    }
}

#[test]
fn every_dependency_is_used() {
    let mut idle = Vec::new();
    for member in MEMBERS.iter() {
        let own: String = sources(&member.folder.join("src")).iter().map(|path| read(path)).collect();
        let all = sources(&member.folder).iter().map(|path| read(path)).collect::<String>()
            + &read(&member.folder.join("README.md"));
        let (own, all) = (words(&own).collect::<HashSet<_>>(), words(&all).collect::<HashSet<_>>());
        for Dependency { package, name, dev } in &member.dependencies {
            let used = if *dev { &all } else { &own };
            if !used.contains(name.as_str()) && !FOR_A_FEATURE.contains(&(&member.package, package)) {
                idle.push(format!("{} does not use {package}", member.package));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join(", "));
}

#[test]
fn engine_and_h1_know_no_socket_clock_thread_or_environment() {
    for folder in PURE {
        let folder = root().join("crates").join(folder);
        for path in sources(&folder.join("src")) {
            for (number, line) in read(&path).lines().enumerate() {
                let place = format!("{}:{}", path.display(), number + 1);
                let code = line.split("//").next().unwrap().replace("env!(", "(");
                let word = words(&code).find(|word| IMPURE_WORDS.contains(word));
                assert_eq!(word, None, "{place}: {line}");
                assert!(!code.contains("SystemTime::now"), "{place}: {line}");
            }
        }
        let member = MEMBERS.iter().find(|member| member.folder == folder).unwrap();
        for dependency in member.dependencies.iter().filter(|it| !it.dev) {
            assert!(!IMPURE_CRATES.contains(&&*dependency.package), "{} -> {}", member.package, dependency.package);
        }
    }
}

#[test]
fn every_crate_has_a_readme() {
    for member in MEMBERS.iter() {
        let readme = member.folder.join("README.md");
        let text = fs::read_to_string(&readme).unwrap_or_else(|error| panic!("{}: {error}", readme.display()));
        assert!(text.starts_with("# "), "{} has no title", readme.display());
    }
}

#[test]
fn every_source_file_is_below_500_lines() {
    for member in MEMBERS.iter() {
        let files = sources(&member.folder);
        assert!(!files.is_empty(), "{} has no source file", member.package);
        for path in files {
            let lines = read(&path).lines().count();
            assert!(lines < 500, "{} has {lines} lines", path.display());
        }
    }
}

#[test]
fn a_word_is_a_whole_identifier() {
    let found: Vec<_> = words("use std::{thread, env}; let instant = my_env(Instant::now);").collect();
    assert_eq!(found, ["use", "std", "thread", "env", "let", "instant", "my_env", "Instant", "now"]);
}

fn row(package: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.package == package)
}

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// All Rust files below a folder; those of a workspace of its own are not ours.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != "target" && !path.join("Cargo.toml").exists() {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The identifiers, keywords and numbers of a piece of code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
