//! Downloads to files: whole or not at all, resumed where that is safe, and what is kept when they stop.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "support/rerun.rs"]
mod rerun;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rerun::{rerun, word};
use sha2::{Digest, Sha256};
use sortie::{Downloading, Error, ErrorKind};
use sortie_testserver::raw::RawServer;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sortie-downloads-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn target(&self) -> PathBuf {
        self.0.join("file.bin")
    }

    fn part(&self) -> PathBuf {
        self.0.join("file.bin.part")
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn content() -> Vec<u8> {
    (0..600_000usize).map(|at| (at * 7 + at / 253) as u8).collect()
}

fn download(server: &RawServer, folder: &Folder) -> Downloading {
    sortie::get(server.url("/file?token=5ecret")).download(folder.target())
}

/// What of a request's range was asked for, and under which condition.
fn asked(request: &[u8]) -> (Option<usize>, Option<String>) {
    let text = String::from_utf8_lossy(request).into_owned();
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
    let start = field("Range: bytes=").map(|range| range.strip_suffix('-').unwrap().parse().unwrap());
    assert_eq!(field("Accept-Encoding:").as_deref(), Some("identity"));
    (start, field("If-Range:"))
}

/// A server that can send parts of this content while it has this tag, and cuts each answer after so many bytes of it.
fn server(content: Vec<u8>, tag: &'static str, cut: usize) -> RawServer {
    let server = RawServer::start(move |peer| {
        while let Some(request) = peer.read_request()? {
            let (start, condition) = asked(&request);
            let start = start.filter(|_| condition.as_deref() == Some(tag));
            let total = content.len();
            let (head, body) = match start {
                None => (format!("HTTP/1.1 200 OK\r\nContent-Length: {total}"), &content[..]),
                Some(start) if start >= total => {
                    (format!("HTTP/1.1 416 x\r\nContent-Range: bytes */{total}\r\nContent-Length: 0"), &content[..0])
                }
                Some(start) => {
                    let range = format!("Content-Range: bytes {start}-{}/{total}", total - 1);
                    let length = total - start;
                    (format!("HTTP/1.1 206 x\r\n{range}\r\nContent-Length: {length}"), &content[start..])
                }
            };
            peer.write(format!("{head}\r\nETag: {tag}\r\n\r\n").as_bytes())?;
            peer.write(&body[..body.len().min(cut)])?;
            if body.len() > cut {
                return peer.finish();
            }
        }
        Ok(())
    });
    server.unwrap()
}

fn error_of(downloading: Downloading) -> Error {
    downloading.send().map(|done| panic!("{done:?}")).unwrap_err()
}

#[test]
fn a_file_appears_when_it_is_whole_and_nothing_else_is_left() {
    let (folder, content) = (Folder::new(), content());
    let server = server(content.clone(), "\"v1\"", usize::MAX);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = seen.clone();
    let done = download(&server, &folder)
        .on_progress(move |done, total| progress.lock().unwrap().push((done, total)))
        .sha256(Sha256::digest(&content).iter().map(|byte| format!("{byte:02X}")).collect::<String>())
        .send()
        .unwrap();
    assert_eq!((done.bytes, done.resumed_from, done.path.as_path()), (600_000, 0, folder.target().as_path()));
    assert_eq!(done.response.status(), 200);
    assert!(fs::read(folder.target()).unwrap() == content);
    assert_eq!(folder.names(), ["file.bin"]);
    let seen = seen.lock().unwrap();
    assert_eq!((seen[0], *seen.last().unwrap()), ((0, Some(600_000)), (600_000, Some(600_000))));
    assert!(seen.is_sorted());
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let (folder, content) = (Folder::new(), content());
    let server = server(content.clone(), "\"v1\"", 250_000);
    for stop in [250_000, 500_000] {
        let error = error_of(download(&server, &folder));
        assert_eq!(error.kind(), ErrorKind::Truncated);
        let text = error.to_string();
        assert!(text.contains(&format!("after {stop} bytes")) && text.contains("file.bin.part"), "{text}");
        assert!(text.contains("token=***"), "{text}");
        assert_eq!(fs::metadata(folder.part()).unwrap().len(), stop);
        assert_eq!(folder.names(), ["file.bin.part", "file.bin.part.meta"]);
    }
    let meta = fs::read_to_string(folder.0.join("file.bin.part.meta")).unwrap();
    assert!(!meta.contains("5ecret"), "{meta}");
    let digest: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let done = download(&server, &folder).sha256(digest).send().unwrap();
    assert_eq!((done.bytes, done.resumed_from, done.response.status().as_u16()), (600_000, 500_000, 206));
    assert!(fs::read(folder.target()).unwrap() == content && folder.names() == ["file.bin"]);
    let asked: Vec<_> = server.requests().iter().map(|request| asked(request)).collect();
    let condition = Some("\"v1\"".to_owned());
    assert_eq!(asked, [(None, None), (Some(250_000), condition.clone()), (Some(500_000), condition)]);
}

/// A server that answers a request for a part with `part`, and any other with this content.
fn with_part(part: Vec<u8>, content: &[u8]) -> RawServer {
    let right = [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", content.len()).as_bytes(), content].concat();
    let server = RawServer::start(move |peer| {
        while let Some(request) = peer.read_request()? {
            // The client closes where it does not want the rest.
            if peer.write(if asked(&request).0.is_some() { &part } else { &right }).is_err() {
                return Ok(());
            }
        }
        Ok(())
    });
    server.unwrap()
}

#[test]
fn a_part_of_nobody_knows_how_much_is_not_taken_for_the_rest() {
    let (folder, content) = (Folder::new(), content());
    leave(&folder, &content, "\"v1\"", 300_000);
    let meta = folder.0.join("file.bin.part.meta");
    fs::write(&meta, fs::read_to_string(&meta).unwrap().replace("total 600000\n", "")).unwrap();
    let head = "HTTP/1.1 206 x\r\nContent-Range: bytes 300000-300099/*\r\nETag: \"v1\"\r\nContent-Length: 100\r\n\r\n";
    let server = with_part([head.as_bytes(), &content[300_000..300_100]].concat(), &content);
    adopt(&folder, &server);
    let done = download(&server, &folder).send().unwrap();
    assert_eq!((done.bytes, done.resumed_from), (600_000, 0));
    assert!(fs::read(folder.target()).unwrap() == content);
}

#[test]
fn an_answer_for_another_tag_is_not_put_behind_what_was_left() {
    let new = vec![3; 600_000];
    for tag in ["\"v2\"", "W/\"v2\"", "W/\"v1\""] {
        let range = format!("HTTP/1.1 206 x\r\nContent-Range: bytes 300000-599999/600000\r\nETag: {tag}");
        let part = [format!("{range}\r\nContent-Length: 300000\r\n\r\n").as_bytes(), &new[300_000..]].concat();
        let end =
            format!("HTTP/1.1 416 x\r\nContent-Range: bytes */600000\r\nETag: {tag}\r\nContent-Length: 0\r\n\r\n");
        for (left, answer) in [(300_000, part), (600_000, end.into_bytes())] {
            let folder = Folder::new();
            leave(&folder, &[1; 600_000], "\"v1\"", 300_000);
            fs::write(folder.part(), vec![1; left]).unwrap();
            let server = with_part(answer, &new);
            adopt(&folder, &server);
            assert_eq!(download(&server, &folder).send().unwrap().resumed_from, 0, "{tag}, {left}");
            assert!(fs::read(folder.target()).unwrap() == new);
        }
    }
}

/// Leaves a partial file of content with this tag.
fn leave(folder: &Folder, old: &[u8], tag: &'static str, length: usize) {
    let server = server(old.to_vec(), tag, length);
    error_of(download(&server, folder));
    assert_eq!(fs::metadata(folder.part()).unwrap().len(), length as u64);
    // Another server has another address: as if it were the same.
    let meta = folder.0.join("file.bin.part.meta");
    if let Ok(text) = fs::read_to_string(&meta) {
        fs::write(meta, text.replace("of ", "was ")).unwrap();
    }
}

/// Has what was left belong to a download from this server.
fn adopt(folder: &Folder, server: &RawServer) {
    let meta = folder.0.join("file.bin.part.meta");
    let text = fs::read_to_string(&meta).unwrap();
    let of: String =
        Sha256::digest(server.url("/file?token=5ecret")).iter().map(|byte| format!("{byte:02x}")).collect();
    let lines =
        text.lines().map(|line| if line.starts_with("was ") { format!("of {of}\n") } else { format!("{line}\n") });
    let text: String = lines.collect();
    fs::write(meta, text).unwrap();
}

#[test]
fn what_has_changed_meanwhile_is_downloaded_anew() {
    let (folder, content) = (Folder::new(), content());
    leave(&folder, &[1; 600_000], "\"old\"", 300_000);
    let server = server(content.clone(), "\"new\"", usize::MAX);
    adopt(&folder, &server);
    let done = download(&server, &folder).send().unwrap();
    assert_eq!((done.resumed_from, server.requests().len()), (0, 1));
    assert!(fs::read(folder.target()).unwrap() == content);
}

#[test]
fn a_part_that_does_not_go_on_is_not_appended() {
    let content = content();
    for range in
        ["bytes 299999-599999/600000", "bytes 300001-599999/600000", "bytes 300000-599999/700000", "lines 1-2/3"]
    {
        let folder = Folder::new();
        leave(&folder, &content, "\"v1\"", 300_000);
        let wrong =
            format!("HTTP/1.1 206 x\r\nContent-Range: {range}\r\nETag: \"v1\"\r\nContent-Length: 300000\r\n\r\n");
        let wrong = [wrong.as_bytes(), &[9; 300_000]].concat();
        let right = [b"HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n", &content[..]].concat();
        let server = RawServer::start(move |peer| {
            while let Some(request) = peer.read_request()? {
                let is_part = asked(&request).0.is_some();
                // The client closes where it does not want the rest.
                if peer.write(if is_part { &wrong } else { &right }).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        });
        let server = server.unwrap();
        adopt(&folder, &server);
        let done = download(&server, &folder).send().unwrap();
        assert_eq!((done.resumed_from, done.response.status().as_u16()), (0, 200), "{range}");
        assert!(fs::read(folder.target()).unwrap() == content, "{range}");
    }
}

#[test]
fn a_part_that_is_the_whole_needs_no_more() {
    let (folder, content) = (Folder::new(), content());
    leave(&folder, &content, "\"v1\"", 300_000);
    let server = server(content.clone(), "\"v1\"", usize::MAX);
    adopt(&folder, &server);
    fs::write(folder.part(), &content).unwrap();
    let done = download(&server, &folder).send().unwrap();
    assert_eq!((done.bytes, done.resumed_from, done.response.status().as_u16()), (600_000, 600_000, 416));
    assert!(fs::read(folder.target()).unwrap() == content && folder.names() == ["file.bin"]);
}

#[test]
fn what_cannot_be_known_to_be_the_same_is_not_resumed() {
    let content = content();
    let changes: [fn(&Path, &Path); 5] = [
        |_, meta| fs::remove_file(meta).unwrap(),
        |_, meta| fs::write(meta, fs::read_to_string(meta).unwrap().replace("\"v1\"", "W/\"v1\"")).unwrap(),
        |_, meta| fs::write(meta, fs::read_to_string(meta).unwrap().trim_end()).unwrap(),
        |_, meta| fs::write(meta, b"\xff\xfe nothing of ours").unwrap(),
        |part, _| fs::write(part, b"").unwrap(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let folder = Folder::new();
        leave(&folder, &content, "\"v1\"", 300_000);
        let server = server(content.clone(), "\"v1\"", usize::MAX);
        adopt(&folder, &server);
        change(&folder.part(), &folder.0.join("file.bin.part.meta"));
        assert_eq!(download(&server, &folder).send().unwrap().resumed_from, 0, "{index}");
        assert_eq!(asked(&server.requests()[0]), (None, None), "{index}");
        assert!(fs::read(folder.target()).unwrap() == content);
    }
    let folder = Folder::new();
    leave(&folder, &content, "\"v1\"", 300_000);
    let other = server(content.clone(), "\"v1\"", usize::MAX);
    assert_eq!(download(&other, &folder).send().unwrap().resumed_from, 0, "another URL");
    leave(&folder, &content, "\"v1\"", 300_000);
    adopt(&folder, &other);
    assert_eq!(download(&other, &folder).resume(false).send().unwrap().resumed_from, 0, "not wanted");
}

#[test]
fn a_status_of_400_writes_nothing() {
    let folder = Folder::new();
    let server = RawServer::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry").unwrap();
    let error = error_of(download(&server, &folder));
    assert_eq!((error.kind(), error.response().unwrap().status().as_u16()), (ErrorKind::Status, 404));
    let server = RawServer::answering("HTTP/1.1 304 Not Modified\r\n\r\n").unwrap();
    assert_eq!(error_of(download(&server, &folder)).kind(), ErrorKind::Status);
    let server = RawServer::answering("HTTP/1.1 206 x\r\nContent-Length: 1\r\n\r\nx").unwrap();
    assert_eq!(error_of(download(&server, &folder)).kind(), ErrorKind::Status);
    assert!(folder.names().is_empty());
}

#[test]
fn a_wrong_digest_leaves_nothing_behind() {
    let folder = Folder::new();
    let server = server(content(), "\"v1\"", usize::MAX);
    let error = error_of(download(&server, &folder).sha256("00".repeat(32)));
    assert_eq!(error.kind(), ErrorKind::Content);
    assert!(folder.names().is_empty());
    for bad in ["", "00", &"0g".repeat(32), &"é".repeat(32)] {
        assert_eq!(error_of(download(&server, &folder).sha256(bad)).kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(server.requests().len(), 1, "a digest that is none is told before anything is sent");
}

#[test]
fn a_disk_that_is_full_keeps_and_names_the_partial_file_and_closes_the_connection() {
    if word().is_none() {
        let limits = "trap '' XFSZ && ulimit -f 64";
        return rerun(
            "a_disk_that_is_full_keeps_and_names_the_partial_file_and_closes_the_connection",
            limits,
            "alone",
        );
    }
    let folder = Folder::new();
    let (closed, wait) = std::sync::mpsc::channel();
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        let head = b"HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 1000000\r\n\r\n";
        peer.write(&[&head[..], &[7; 100_000]].concat())?;
        peer.stall()?;
        let _ = closed.send(());
        Ok(())
    });
    let server = server.unwrap();
    let error = error_of(download(&server, &folder));
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("file.bin.part"), "{error}");
    assert!(format!("{error:#}").contains("File too large"), "{error:#}");
    wait.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(folder.names(), ["file.bin.part", "file.bin.part.meta"]);
    let kept = fs::metadata(folder.part()).unwrap().len();
    assert!(kept > 0 && kept < 100_000, "{kept} bytes");
}

#[test]
fn a_file_that_is_there_is_replaced_unless_that_is_forbidden() {
    let (folder, content) = (Folder::new(), content());
    let server = server(content.clone(), "\"v1\"", usize::MAX);
    fs::write(folder.target(), "old").unwrap();
    let error = error_of(download(&server, &folder).overwrite(false));
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::File, 0));
    assert_eq!(fs::read(folder.target()).unwrap(), b"old");
    download(&server, &folder).send().unwrap();
    assert!(fs::read(folder.target()).unwrap() == content);
    fs::remove_file(folder.target()).unwrap();
    download(&server, &folder).overwrite(false).send().unwrap();
    assert_eq!(folder.names(), ["file.bin"]);
}

#[test]
fn a_file_that_was_published_under_two_names_is_not_written_to() {
    let (folder, content) = (Folder::new(), content());
    leave(&folder, &[1; 600_000], "\"v1\"", 300_000);
    // As a download leaves it that is not to replace anything, and stops between the new name and the old.
    fs::hard_link(folder.part(), folder.target()).unwrap();
    let server = server(content.clone(), "\"v1\"", 400_000);
    adopt(&folder, &server);
    assert_eq!(error_of(download(&server, &folder)).kind(), ErrorKind::Truncated);
    assert_eq!(fs::read(folder.target()).unwrap(), [1; 300_000]);
    assert_eq!(asked(&server.requests()[0]), (None, None));
    assert_eq!(download(&server, &folder).send().unwrap().resumed_from, 400_000);
    assert!(fs::read(folder.target()).unwrap() == content && folder.names() == ["file.bin"]);
}

#[test]
fn links_that_somebody_has_planted_are_not_followed() {
    let content = content();
    let meta = |folder: &Folder| folder.0.join("file.bin.part.meta");
    let plant = |folder: &Folder, place: &Path| {
        let precious = folder.0.join("precious");
        fs::write(&precious, vec![1; 300_000]).unwrap();
        let _ = fs::remove_file(place);
        symlink(&precious, place).unwrap();
    };
    let plants: [&dyn Fn(&Folder); 4] = [
        &|folder| plant(folder, &folder.part()),
        &|folder| plant(folder, &meta(folder)),
        &|folder| symlink("nowhere", folder.part()).unwrap(),
        // As if an earlier download had left it.
        &|folder| {
            leave(folder, &content, "\"v1\"", 300_000);
            plant(folder, &folder.part());
        },
    ];
    for (index, planted) in plants.into_iter().enumerate() {
        let folder = Folder::new();
        planted(&folder);
        let server = server(content.clone(), "\"v1\"", usize::MAX);
        if index == 3 {
            adopt(&folder, &server);
        }
        let done = download(&server, &folder).send().unwrap();
        assert_eq!(
            (done.bytes, done.resumed_from, asked(&server.requests()[0])),
            (600_000, 0, (None, None)),
            "{index}"
        );
        let is_file = fs::symlink_metadata(folder.target()).unwrap().is_file();
        assert!(is_file && fs::read(folder.target()).unwrap() == content, "{index}");
        if let Ok(precious) = fs::read(folder.0.join("precious")) {
            assert!(precious == [1; 300_000], "{index}");
        }
        assert!(!folder.part().exists() && !meta(&folder).exists() && !folder.0.join("nowhere").exists());
    }
}

#[test]
fn a_link_that_is_planted_while_the_server_is_asked_is_refused() {
    let (folder, content) = (Folder::new(), content());
    leave(&folder, &content, "\"v1\"", 300_000);
    let (part, precious) = (folder.part(), folder.0.join("precious"));
    fs::write(&precious, vec![1; 300_000]).unwrap();
    let link = precious.clone();
    let head = "HTTP/1.1 206 x\r\nContent-Range: bytes 300000-599999/600000\r\nETag: \"v1\"\r\nContent-Length: 300000";
    let answer = [format!("{head}\r\n\r\n").as_bytes(), &content[300_000..]].concat();
    let server = RawServer::start(move |peer| {
        peer.read_request()?;
        fs::remove_file(&part)?;
        symlink(&link, &part)?;
        // The client closes, since it does not want it.
        let _ = peer.write(&answer);
        Ok(())
    });
    let server = server.unwrap();
    adopt(&folder, &server);
    let error = error_of(download(&server, &folder));
    let text = format!("{error:#}");
    assert!(error.kind() == ErrorKind::File && text.contains("file.bin.part: a symbolic link stands there"), "{text}");
    assert!(fs::read(precious).unwrap() == [1; 300_000] && !folder.target().exists());
}

#[test]
fn what_another_method_has_left_is_not_resumed() {
    let (folder, content) = (Folder::new(), content());
    let server = server(content.clone(), "\"v1\"", 250_000);
    error_of(sortie::post(server.url("/file?token=5ecret")).download(folder.target()));
    assert_eq!(folder.names(), ["file.bin.part"]);
    error_of(download(&server, &folder));
    assert_eq!(asked(&server.requests()[1]), (None, None));
}

#[test]
fn a_folder_that_is_not_there_is_told_with_the_file() {
    let folder = Folder::new();
    let server = server(content(), "\"v1\"", usize::MAX);
    let error = sortie::get(server.url("/")).download_to(folder.0.join("none/file")).unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("none/file.part"), "{error}");
    assert_eq!(sortie::get(server.url("/")).download_to("..").unwrap_err().kind(), ErrorKind::InvalidArgument);
    let error = sortie::get(server.url("/")).range(5..).download_to(folder.target()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn an_empty_file_and_one_of_unknown_length_are_downloaded() {
    let folder = Folder::new();
    let server = RawServer::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(download(&server, &folder).send().unwrap().bytes, 0);
    let server =
        RawServer::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").unwrap();
    assert_eq!(download(&server, &folder).send().unwrap().bytes, 3);
    assert_eq!((fs::read(folder.target()).unwrap(), folder.names()), (b"abc".to_vec(), vec!["file.bin".to_owned()]));
}

#[test]
fn a_report_that_panics_is_not_called_again() {
    let folder = Folder::new();
    let server = server(content(), "\"v1\"", usize::MAX);
    let done = download(&server, &folder).on_progress(|_, _| panic!("of the test")).send().unwrap();
    assert_eq!(done.bytes, 600_000);
}
