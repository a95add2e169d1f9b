//! Rule 25: a jar in a file, which is replaced as a whole or not at all.
#![allow(clippy::unwrap_used)]

use std::error::Error as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sortie_cookie::{Access, Error, Format, Jar, Scope, SharedJar, replace_file};
use sortie_http::Url;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// A folder of one test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cookie-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn jar(field: &str) -> Jar {
    let mut jar = Jar::new();
    jar.store(&Url::parse("http://a.example/").unwrap(), field, now()).unwrap();
    jar
}

fn save(jar: &Jar, path: &Path) -> Result<usize, Error> {
    jar.save_file(path, Format::Netscape, Scope::All)
}

fn names_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn rule_25_a_jar_is_saved_and_loaded_and_nothing_else_is_left() {
    let folder = folder("round");
    let path = folder.join("cookies.txt");
    assert_eq!(save(&jar("a=1"), &path).unwrap(), 1);
    assert_eq!(save(&jar("b=2"), &path).unwrap(), 1);
    let mut loaded = Jar::new();
    assert_eq!(loaded.load_file(&path, Format::Netscape, now()).unwrap().kept, 1);
    assert_eq!(loaded.iter().next().unwrap().name(), "b");
    assert_eq!(names_in(&folder), ["cookies.txt"]);
}

#[test]
fn rule_25_a_shared_jar_is_saved_and_loaded() {
    let path = folder("shared").join("cookies.txt");
    let shared = SharedJar::from(jar("a=1"));
    assert_eq!(shared.save_file(&path, Format::Netscape, Scope::Lasting).unwrap(), 0);
    assert_eq!(shared.save_file(&path, Format::Netscape, Scope::All).unwrap(), 1);
    let other = SharedJar::new();
    assert_eq!(other.load_file(&path, Format::Netscape, now()).unwrap().kept, 1);
    assert_eq!(other.len(), 1);
}

#[test]
fn rule_25_a_save_that_fails_leaves_the_old_file_and_nothing_beside_it() {
    let folder = folder("fails");
    let taken = folder.join("folder");
    fs::create_dir(&taken).unwrap();
    let error = save(&jar("a=1"), &taken).unwrap_err();
    assert!(error.to_string().starts_with("cannot write cookies to ") && error.source().is_some());
    let path = folder.join("missing").join("cookies.txt");
    let Err(Error::Write { source, .. }) = save(&jar("a=1"), &path) else { panic!() };
    assert_eq!(source.kind(), ErrorKind::NotFound);

    let kept = folder.join("kept.txt");
    fs::write(&kept, "old").unwrap();
    let mut permissions = fs::metadata(&kept).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&kept, permissions).unwrap();
    let Err(Error::Write { source, .. }) = save(&jar("a=1"), &kept) else { panic!() };
    assert_eq!(source.kind(), ErrorKind::PermissionDenied);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "old");
    let mut names = names_in(&folder);
    names.sort();
    assert_eq!(names, ["folder", "kept.txt"]);
}

#[test]
fn a_file_that_is_not_there_cannot_be_loaded() {
    let path = folder("none").join("cookies.txt");
    let Err(Error::Read { path: told, source }) = Jar::new().load_file(&path, Format::Netscape, now()) else {
        panic!()
    };
    assert_eq!((told, source.kind()), (path, ErrorKind::NotFound));
}

#[cfg(unix)]
#[test]
fn rule_25_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = folder("mode").join("cookies.txt");
    save(&jar("a=1"), &path).unwrap();
    assert_eq!(mode(&path), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    save(&jar("b=1"), &path).unwrap();
    assert_eq!(mode(&path), 0o640);
    assert!(fs::read_to_string(&path).unwrap().contains("\tb\t1\n"));
    replace_file(&path, b"kept", Access::Kept).unwrap();
    assert_eq!(mode(&path), 0o640);
    replace_file(&path, b"its owner's", Access::Owner).unwrap();
    assert_eq!((mode(&path), fs::read_to_string(&path).unwrap().as_str()), (0o600, "its owner's"));
}

#[cfg(unix)]
#[test]
fn rule_25_a_link_goes_on_leading_to_the_file_and_a_device_is_no_file() {
    let folder = folder("link");
    let (real, link) = (folder.join("real.txt"), folder.join("link.txt"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink("real.txt", &link).unwrap();
    save(&jar("a=1"), &link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("\ta\t1\n"));

    let Err(Error::Write { source, .. }) = save(&jar("a=1"), Path::new("/dev/null")) else { panic!() };
    assert_eq!(source.kind(), ErrorKind::InvalidInput);
}
