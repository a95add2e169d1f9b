//! Parts of documents, and pages that lead to one another.
#![allow(clippy::unwrap_used)]

mod client;

use client::{Answer, Client};
use serde_json::json;
use sortie_testserver::TestServer;

fn ask(client: &mut Client, path: &str, fields: &str) -> Answer {
    client.send(&format!("GET {path} HTTP/1.1\r\nHost: h:1\r\n{fields}\r\n"), b"")
}

#[test]
fn a_part_is_what_the_whole_has_there() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let whole = client.get("/range/100");
    assert_eq!((whole.status, whole.field("Accept-Ranges"), whole.content.len()), (200, Some("bytes"), 100));
    assert_eq!((whole.field("Etag"), whole.field("Content-Range")), (Some("\"range-100\""), None));
    for (range, from, to) in [("30-59", 30, 60), ("90-", 90, 100), ("-1", 99, 100), ("0-1000", 0, 100)] {
        let part = ask(&mut client, "/range/100", &format!("Range: bytes={range}\r\n"));
        assert_eq!((part.status, &part.content[..]), (206, &whole.content[from..to]), "{range}");
        assert_eq!(part.field("Content-Range"), Some(&*format!("bytes {from}-{}/100", to - 1)), "{range}");
    }
    let beyond = ask(&mut client, "/range/100", "Range: bytes=100-\r\n");
    assert_eq!((beyond.status, beyond.field("Content-Range")), (416, Some("bytes */100")));
    assert_eq!(ask(&mut client, "/range/100", "Range: bytes=0-1,5-6\r\n").status, 200);
    let head = client.send("HEAD /range/100 HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\n\r\n", b"");
    assert_eq!((head.status, head.field("Content-Length")), (200, Some("100")));
    for path in ["/range/x", "/range/104857601"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_part_of_another_version_is_the_whole() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let whole = client.get("/range/10");
    let modified = whole.field("Last-Modified").unwrap();
    for (condition, status) in [
        ("\"range-10\"", 206),
        (modified, 206),
        ("W/\"range-10\"", 200),
        ("\"range-11\"", 200),
        ("Sun, 06 Nov 1994 08:49:36 GMT", 200),
    ] {
        let part = ask(&mut client, "/range/10", &format!("Range: bytes=2-3\r\nIf-Range: {condition}\r\n"));
        assert_eq!(part.status, status, "{condition}");
        assert_eq!(part.content, if status == 206 { b"cd" } else { &whole.content[..] }, "{condition}");
    }
}

#[test]
fn a_page_leads_to_all_the_others() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let first = client.get("/links/3");
    assert_eq!((first.status, first.field("Location")), (302, Some("/links/3/0")));
    let page = String::from_utf8(client.get("/links/3/1").content).unwrap();
    assert!(page.contains("<a href=\"/links/3/0\">0</a>\n1\n<a href=\"/links/3/2\">2</a>\n"), "{page}");
    for path in ["/links/0", "/links/1001/0", "/links/3/3", "/links/3/x", "/link-header/3/3", "/link-header/x/0"] {
        assert_eq!(client.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_link_field_names_neighbours_and_ends() {
    let server = TestServer::start().unwrap();
    let mut client = Client::new(server.addr());
    let page = client.get("/link-header/3/0");
    let next = "</link-header/3/1>; rel=\"next\", </link-header/3/2>; rel=\"last\"";
    assert_eq!((page.field("Link"), page.json()), (Some(next), json!({ "page": 0, "pages": 3 })));
    let last = client.get("/link-header/3/2?absolute=true");
    let back = "<http://h:1/link-header/3/0?absolute=true>; rel=\"first\", \
        <http://h:1/link-header/3/1?absolute=true>; rel=\"prev\"";
    assert_eq!(last.field("Link"), Some(back));
    assert_eq!(client.get("/link-header/3/1").field("Link").unwrap().matches("rel=").count(), 4);
    assert_eq!(client.get("/link-header/1/0").field("Link"), None);
}
