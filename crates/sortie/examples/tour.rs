//! A tour of sortie, against a server in this same process: `cargo run --release --example tour`.
//!
//! Each step shows the code that it runs, as it stands in this file, and behind an arrow what came of it. The tour
//! ends with an error, and a status that is not zero, when something does not come back as it should.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sortie::{Arguments, Basic, ErrorKind, Response, Session, Tls};
use sortie_testserver::proxy::{ProxyOptions, ProxyServer};
use sortie_testserver::{Authority, TestServer, TlsOptions};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Shows a piece of code and runs it.
macro_rules! show {
    ($($code:tt)*) => {
        show_code(line!());
        $($code)*
    };
}

/// How many requests the last step sends.
const MANY: u64 = 10_000;

/// How many responses the hooks of the tour have seen since they were last asked.
static SEEN: AtomicUsize = AtomicUsize::new(0);

fn main() -> Result {
    let server = TestServer::start()?;
    println!("A tour of sortie. url(path) is a URL of the test server at {}.", server.addr());

    heading("1. A session keeps cookies");
    keep_cookies(&server)?;
    heading("2. A session brings headers and credentials to each request, and closes its connections in the end");
    bring_defaults(&server)?;
    heading("3. Settings change what everything later starts from, for good or for a while");
    change_settings(&server)?;
    heading("4. A list of unsent requests comes back as a list of responses, in order");
    map_requests(&server)?;
    heading("5. Hooks see the arguments of a request before it is encoded");
    hook_arguments(&server)?;
    heading("6. A hook that returns a value replaces the data; one that fails gives a warning");
    hook_responses(&server)?;
    heading("7. A verbose session writes a line for each exchange to any stream, and no secrets");
    write_lines(&server)?;
    heading("8. TLS and proxies: whom to trust, and whom to go through");
    go_safely(&server)?;
    heading("9. Many requests at once, on one loop, which says how far it has come");
    map_many(&server)?;

    println!("\nEverything came back as it should.");
    Ok(())
}

fn keep_cookies(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    show! {
        let session = Session::new();
        session.get(url("/cookies/set/sessioncookie/123456789")).send()?;
        let response = session.get(url("/cookies")).send()?;
    }
    say(compact(&response)?);
    check(compact(&response)? == r#"{"cookies":{"sessioncookie":"123456789"}}"#, "the cookie came back")
}

fn bring_defaults(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    show! {
        let session = Session::builder().header("x-test", "true").auth(Basic::new("user", "pass")).build()?;
        let response = session.get(url("/raw-headers")).header("x-test2", "true").send()?;
    }
    say(response.text());
    for line in ["x-test: true", "x-test2: true", "Authorization: Basic dXNlcjpwYXNz"] {
        check(response.text().lines().any(|it| it == line), line)?;
    }
    show! {
        drop(session); // or the end of its scope
    }
    let held = connections_held(server)?;
    say(format!("connections that the server still holds: {held}"));
    check(held == 0, "a session that was dropped has closed its connections")
}

fn change_settings(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    show! {
        let request = sortie::get(url("/user-agent"));
        let guard = sortie::settings().user_agent("scout/2.0").scoped();
        let during = request.clone().send()?;
        drop(guard); // or the end of its scope
        let after = request.send()?;
    }
    say(compact(&during)?);
    say(compact(&after)?);
    check(during.text().contains("scout/2.0"), "the settings hold as long as their guard")?;
    check(after.text().contains("sortie/"), "the former settings are back")?;

    show! {
        sortie::settings().user_agent("fleet/1.0").apply();
        let response = Session::new().get(url("/user-agent")).send()?;
    }
    say(compact(&response)?);
    check(response.text().contains("fleet/1.0"), "a new session starts from the settings")?;

    show! {
        let first = sortie::get(url("/cookies/set/visited/yes")).send()?; // redirects to /cookies
        let second = sortie::get(url("/cookies")).send()?;
    }
    say(compact(&first)?);
    say(compact(&second)?);
    check(first.text().contains("visited"), "cookies live as long as the call")?;
    check(!second.text().contains("visited"), "no cookie persists between calls without a session")
}

fn map_requests(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    SEEN.store(0, Ordering::Relaxed);
    show! {
        fn landed(response: &Response) {
            say(format!("landed: {}", response.url().target()));
            SEEN.fetch_add(1, Ordering::Relaxed);
        }
        let paths = ["/delay/0.2", "/status/404", "/get"];
        let requests: Vec<_> = paths.iter().map(|path| sortie::get(url(path)).on_response(landed)).collect();
        let outcomes = sortie::map(requests);
    }
    let mut home = Vec::new();
    for outcome in outcomes {
        let response = outcome?;
        home.push(format!("{} {}", response.status().as_u16(), response.url().target()));
    }
    say(home.join(", "));
    check(home == ["200 /delay/0.2", "404 /status/404", "200 /get"], "the responses are in the order of the requests")?;
    check(SEEN.load(Ordering::Relaxed) == 3, "every request's hook has run")
}

fn hook_arguments(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    SEEN.store(0, Ordering::Relaxed);
    show! {
        fn print_url(args: &Arguments) {
            say(args.url());
            SEEN.fetch_add(1, Ordering::Relaxed);
        }
        sortie::get(url("/get")).on_args(print_url).send()?;
    }
    check(SEEN.load(Ordering::Relaxed) == 1, "the hook has run")?;

    show! {
        fn add_testing(args: &Arguments) -> Option<Arguments> {
            let mut args = args.clone();
            args.set_header("X-Testing", "True");
            Some(args)
        }
        let response = sortie::get(url("/raw-headers")).header("yo", "dawg").on_args(add_testing).send()?;
    }
    say(response.text());
    for line in ["yo: dawg", "X-Testing: True"] {
        check(response.text().lines().any(|it| it == line), line)?;
    }
    Ok(())
}

fn hook_responses(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    show! {
        let request = sortie::get(url("/user-agent"))
            .on_response(|response: &Response| Some(response.clone().with_content("replaced")))
            .on_response(|_: &Response| ())
            .on_response(|_: &Response| Err::<(), _>("no such table"));
        let response = request.send()?;
    }
    say(response.text());
    for warning in response.warnings() {
        say(format!("warning: {warning}"));
    }
    check(response.text() == "replaced", "what a hook returns replaces the response, and nothing else does")?;
    check(response.ok() && response.warnings().len() == 1, "a hook that fails gives a warning, and the call goes on")
}

fn write_lines(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    let stream = Stream::default();
    let (any_stream, addr) = (stream.clone(), server.addr());
    show! {
        let session = Session::builder().verbose(any_stream).build()?;
        session.get(url("/redirect/1")).send()?;
        session.get(format!("http://user:5ecret@{addr}/get?token=5ecret&q=1")).send()?;
    }
    let written = stream.written();
    let lines: Vec<Vec<&str>> = written.lines().map(|line| line.split("   ").collect()).collect();
    check(lines.len() == 3, "one line an exchange, redirects included")?;
    check(lines.iter().all(|line| line.len() == 3 && line[0].len() == 26 && line[1] == "GET"), "time, method, URL")?;
    check(lines[1][2] == url("/get"), "the whole URL")?;
    check(!written.contains("5ecret"), "no secret is written")
}

fn map_many(server: &TestServer) -> Result {
    let url = |path: &str| server.url(path);
    let before = server.connections();
    show! {
        let session = Session::new();
        let requests = (0..10_000).map(|n| session.get(url("/small")).tag(n));
        let batch = session.batch().concurrency(64).on_progress(|now| {
            let left = now.remaining().unwrap_or_default().as_secs_f64();
            show_progress(now.done, format!("{} done, {:.0} a second, {left:.1} s left", now.done, now.rate()));
        });
        let progress = batch.progress();
        let outcomes = batch.map(requests);
    }
    let (end, connections) = (progress.now(), server.connections() - before);
    let mut home = 0;
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let response = outcome?.raise_for_status()?.clone();
        check(response.tag() == index as u64, "each response is in its request's slot")?;
        home += 1;
    }
    let (elapsed, rate) = (end.elapsed, end.rate());
    say(format!("{home} answers in {elapsed:.2?} over {connections} connections: {rate:.0} requests a second"));
    check(home == MANY && (end.done, end.failed, end.in_flight) == (MANY, 0, 0), "none is lost")?;
    check(connections <= 64, "no more connections than were asked for")
}

/// Shows how far the batch has come: on one line on a terminal, else at each quarter of the way.
fn show_progress(done: u64, text: String) {
    static QUARTERS: AtomicU64 = AtomicU64::new(0);
    if io::stdout().is_terminal() {
        print!("\r    → {text:<60}{}", if done == MANY { "\n" } else { "" });
        // A line that cannot be shown is no reason to stop.
        let _ = io::stdout().flush();
    } else if QUARTERS.swap(4 * done / MANY, Ordering::Relaxed) < 4 * done / MANY {
        say(text);
    }
}

/// Any stream will do for a verbose session. This one shows what is written, and keeps it.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        say(String::from_utf8_lossy(bytes));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn go_safely(server: &TestServer) -> Result {
    let authority = Authority::new()?;
    let secure = TestServer::start_tls(TlsOptions::new(authority.certificate(&["127.0.0.1"])?))?;
    let proxy = ProxyServer::start(ProxyOptions::http())?;
    let (url, plain_url) = (|path: &str| secure.url(path), |path: &str| server.url(path));
    let (pem, proxy_url) = (authority.pem(), proxy.url());
    show! {
        let tls = Tls::builder().roots_pem(pem).build()?; // by default: the system's roots
        let session = Session::builder().tls(tls).proxy(proxy_url).build()?;
        let secret = session.get(url("/get")).send()?; // by a tunnel: the proxy sees nothing but where it leads
        let open = session.get(plain_url("/get")).send()?; // the proxy is asked itself
    }
    for response in [&secret, &open] {
        say(format!("{} {} (TLS handshake: {:?})", response.status(), response.url(), response.timings().tls()));
    }
    check(secret.ok() && open.ok() && proxy.connections() == 2, "both went through the proxy")?;

    show! {
        let outcome = sortie::get(url("/get")).send(); // nobody here knows that authority
    }
    let Err(error) = outcome else { return check(false, "a certificate that nobody vouches for is refused") };
    say(&error);
    let mut cause = error.source();
    while let Some(because) = cause {
        say(format!("because {because}"));
        cause = because.source();
    }
    check(error.kind() == ErrorKind::Tls, "the error is one of TLS")
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// Shows the code of the `show!` that stands in this line of this file.
fn show_code(line: u32) {
    println!();
    let mut lines = include_str!("tour.rs").lines().skip(line as usize - 1);
    let margin = lines.next().map_or(0, |first| first.len() - first.trim_start().len());
    for code in lines.take_while(|code| code.trim_end() != format!("{:margin$}}}", "")) {
        println!("    {}", code.get(margin + 4..).unwrap_or_default());
    }
}

/// Shows what came of it.
fn say(text: impl Display) {
    for line in text.to_string().lines() {
        println!("    → {line}");
    }
}

fn compact(response: &Response) -> Result<String> {
    Ok(response.json::<serde_json::Value>()?.to_string())
}

/// How many connections the server holds beside the one that asks. It takes the server a moment to see that one closed.
fn connections_held(server: &TestServer) -> Result<usize> {
    for _ in 0..1_000 {
        sortie::get(server.url("/small")).send()?;
        if server.open_connections() == 1 {
            break;
        }
    }
    Ok(server.open_connections().saturating_sub(1))
}

fn check(holds: bool, what: &str) -> Result {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
