//! Sessions that are saved to files, and restored from them.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod heads;
}

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sortie::{Bearer, ErrorKind, Memory, Misfit, Proxies, Secrets, Session, What};
use sortie_testserver::TestServer;
use sortie_testserver::raw::RawServer;
use support::heads::{OK, chain, heads, values};

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("saved-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_restored_session_asks_as_the_saved_one_did() {
    let (server, path) = (RawServer::answering(OK).unwrap(), folder("asks").join("session.json"));
    let session = Session::builder()
        .base_url(server.url("/api/"))
        .user_agent("fleet/1.0")
        .header("X-Test", "true")
        .sensitive_header("X-Mine", "5ecret")
        .unset_header("Accept")
        .param("a", [1, 2])
        .auth(Bearer::new("5ecret"))
        .timeout(Duration::from_secs(60))
        .per_origin(3)
        .proxies(Proxies::direct())
        .build()
        .unwrap();
    session.save(&path, Secrets::With).unwrap();
    let restored = Session::restore(&path).unwrap();
    for session in [&session, &restored] {
        session.get("items").send().unwrap();
    }
    let heads = heads(&server);
    assert_eq!(heads[0], heads[1]);
    assert_eq!(values(&heads[1], "Authorization"), ["Bearer 5ecret"]);
    assert!(heads[1][0].starts_with("GET /api/items?a=1&a=2 "));
    let (saved, restored) = (session.profile(), restored.profile());
    assert_eq!((&saved.timeouts, saved.connections), (&restored.timeouts, restored.connections));
}

#[test]
fn cookies_come_back_where_they_were_asked_for() {
    let (server, path) = (TestServer::start().unwrap(), folder("cookies").join("session.json"));
    let session = Session::builder().base_url(server.url("/")).build().unwrap();
    session.get("cookies/set/sid/31d4").send().unwrap();
    for (secrets, kept) in [(Secrets::Without, 0), (Secrets::With, 0), (Secrets::WithSessionCookies, 1)] {
        session.save(&path, secrets).unwrap();
        let restored = Session::builder().restore(&path).unwrap();
        assert_eq!((restored.cookies.kept, restored.ignored.len()), (kept, 0));
        let session = restored.builder.build().unwrap();
        assert_eq!(session.get("cookies").send().unwrap().text().contains("31d4"), kept == 1);
    }
    assert_eq!(session.cookies().unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone_and_replaced_as_a_whole() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder("mode");
    let path = folder.join("session.json");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    Session::new().save(&path, Secrets::Without).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert!(fs::read_to_string(&path).unwrap().ends_with("\n}\n"));
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_reason() {
    let folder = folder("faults");
    let path = folder.join("session.json");
    let error = Session::restore(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(chain(&error).starts_with(&format!("cannot restore a session from {}: ", path.display())));
    let error = Session::new().save(folder.join("none").join("x"), Secrets::Without).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));

    fs::write(&path, "{\"version\": 1,\n\n\"user_agent\": [\"5ecret\"]}").unwrap();
    let error = Session::builder().user_agent("old").restore(&path).unwrap_err();
    let told = format!("cannot restore a session from {}: `user_agent` in line 3 is not a text", path.display());
    assert_eq!((error.kind(), format!("{error:#}")), (ErrorKind::File, told));
    let misfit = error.source().unwrap().downcast_ref::<Misfit>().unwrap();
    assert_eq!((misfit.line(), misfit.field()), (3, Some("user_agent")));

    fs::write(&path, "{\"version\": 1,\n\"https_only\" true}").unwrap();
    let error = Session::restore(&path).unwrap_err();
    assert!(chain(&error).contains(": line 2 is not JSON: "), "{}", chain(&error));
    fs::write(&path, r#"{"version": 1, "headers": [{"name": "a", "value": "line\nbreak"}]}"#).unwrap();
    assert_eq!(Session::restore(&path).unwrap_err().kind(), ErrorKind::InvalidHeader);
}

#[test]
fn what_is_passed_over_is_told_to_the_sink() {
    let path = folder("sink").join("session.json");
    fs::write(
        &path,
        r#"{"version": 1, "timeout": 5,
            "cookies": {"version": 1, "cookies": [{"name": "a", "domain": "h"}]}}"#,
    )
    .unwrap();
    let sink = Arc::new(Memory::new());
    let _guard = sortie::settings().trust_env(false).sink(sink.clone()).scoped();
    Session::restore(&path).unwrap();
    let warning = |event: &sortie::Event| match &event.what {
        What::Warning { text } => Some(text.to_string()),
        // What another test's session does meanwhile.
        _ => None,
    };
    let told: Vec<String> = sink.events().iter().filter_map(warning).collect();
    assert_eq!(
        told,
        [
            "`timeout` in line 1 is not known, and was passed over",
            "of the cookies, entry 1 was passed over: its `value` is missing or wrong",
        ]
    );
}

#[test]
fn the_example_of_the_documentation_is_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/session-file.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let folder = folder("example");
    let (written, saved) = (folder.join("written.json"), folder.join("saved.json"));
    fs::write(&written, example).unwrap();
    let restored = Session::builder().restore(&written).unwrap();
    assert!(restored.ignored.is_empty() && restored.cookies.damaged.is_empty());
    assert_eq!(restored.cookies.kept, 1);
    // It has all fields that are saved, and says what is saved again.
    restored.builder.build().unwrap().save(&saved, Secrets::With).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let (mut told, mut again) = (json(example), json(&fs::read_to_string(&saved).unwrap()));
    // No cookie is kept for longer than 400 days.
    assert!(again["cookies"]["cookies"][0]["expires"].is_u64());
    for document in [&mut told, &mut again] {
        document["cookies"] = serde_json::Value::Null;
    }
    assert_eq!(told, again);
}
