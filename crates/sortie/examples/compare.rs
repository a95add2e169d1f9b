//! Sends what it is told and says what came back: sortie's side of `.ci/requests/compare`.
//!
//! Reads a case a line, as JSON, and writes its result as a line of JSON. A case is a list of `steps`, sent one after
//! the other by one `session`, or by none; `.ci/requests/cases` has them. Names that end in `.test` are this machine.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, Cursor, Write};
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};

use serde_json::{Value, json};
use sortie::{
    Auth, Basic, Bearer, BodyArgument, Digest, ErrorKind, Method, Part, Request, Response, Session, Setting, Values,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    sortie::settings().resolver(resolve).apply();
    for line in io::stdin().lock().lines() {
        let result = run(&serde_json::from_str(&line?)?)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{result}")?;
        out.flush()?;
    }
    Ok(())
}

fn resolve(name: &str) -> io::Result<Vec<IpAddr>> {
    if name.trim_end_matches('.').ends_with(".test") {
        return Ok(vec![Ipv4Addr::LOCALHOST.into()]);
    }
    Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

fn run(case: &Value) -> Result<Value> {
    let session = match &case["session"] {
        Value::Null => None,
        defaults => Some(session(defaults)?),
    };
    let mut results = Vec::new();
    for step in list(&case["steps"]) {
        let request = request(step, session.as_ref())?;
        results.push(match request.send() {
            Ok(response) => show(&response),
            Err(error) => json!({ "error": name(error.kind()) }),
        });
    }
    Ok(json!({ "steps": results, "jar": session.as_ref().map(jar) }))
}

fn session(defaults: &Value) -> Result<Session> {
    let mut builder = Session::builder();
    for field in list(&defaults["headers"]) {
        builder = match field[1].as_str() {
            Some(value) => builder.header(text(&field[0])?, value),
            None => builder.unset_header(text(&field[0])?),
        };
    }
    for param in list(&defaults["params"]) {
        builder = builder.param(text(&param[0])?, values(&param[1])?);
    }
    if let Some(auth) = auth(&defaults["auth"])? {
        builder = builder.auth(auth);
    }
    Ok(builder.build()?)
}

fn request(step: &Value, session: Option<&Session>) -> Result<Request> {
    let (method, url) = (Method::from_bytes(text(&step["method"])?.as_bytes())?, text(&step["url"])?);
    let mut request = match session {
        Some(session) => session.request(method, url),
        None => sortie::request(method, url),
    };
    for param in list(&step["params"]) {
        request = request.param(text(&param[0])?, values(&param[1])?);
    }
    for field in list(&step["headers"]) {
        request = match field[1].as_str() {
            Some(value) => request.header(text(&field[0])?, value),
            None => request.unset_header(text(&field[0])?),
        };
    }
    for cookie in list(&step["cookies"]) {
        request = request.cookie(text(&cookie[0])?, text(&cookie[1])?);
    }
    if let Some(auth) = auth(&step["auth"])? {
        request = request.auth(Setting::Set(auth));
    }
    if let Some(follow) = step["redirects"].as_bool() {
        request = request.redirects(follow);
    }
    if let Some(most) = step["max_redirects"].as_u64() {
        request = request.max_redirects(most.try_into()?);
    }
    body(&step["body"], request)
}

/// The body is an object with one field, named for its kind.
fn body(body: &Value, request: Request) -> Result<Request> {
    let Some((kind, value)) = body.as_object().and_then(|fields| fields.iter().next()) else { return Ok(request) };
    Ok(match kind.as_str() {
        "text" => request.body(text(value)?),
        "bytes" => request.body(bytes(text(value)?)),
        "json" => request.json(value),
        "file" => request.file(text(value)?),
        "reader" => request.body(BodyArgument::reader(Cursor::new(text(value)?.to_owned()))),
        "parts" => {
            let part = |it: &Value| -> Result<Part> {
                let (name, content) = (text(&it[0])?, text(&it[1])?.to_owned());
                Ok(match it[2].as_str() {
                    Some(filename) => Part::bytes(name, content).filename(filename),
                    None => Part::text(name, content),
                })
            };
            request.multipart(list(value).map(part).collect::<Result<Vec<_>>>()?)
        }
        "form" => {
            let pair = |it: &Value| Ok((text(&it[0])?.to_owned(), text(&it[1])?.to_owned()));
            let pairs: Vec<_> = list(value).map(pair).collect::<Result<_>>()?;
            request.body(BodyArgument::form(pairs))
        }
        _ => return Err(format!("{kind} is no kind of body").into()),
    })
}

fn auth(auth: &Value) -> Result<Option<Auth>> {
    let Some((kind, value)) = auth.as_object().and_then(|fields| fields.iter().next()) else { return Ok(None) };
    Ok(Some(match kind.as_str() {
        "basic" => Basic::new(text(&value[0])?, text(&value[1])?).into(),
        "digest" => Digest::new(text(&value[0])?, text(&value[1])?).into(),
        "bearer" => Bearer::new(text(value)?).into(),
        _ => return Err(format!("{kind} is no kind of credentials").into()),
    }))
}

fn show(response: &Response) -> Value {
    let exchange = |it: &Response| json!([it.status().as_u16(), it.url().to_string()]);
    let links = response.links();
    let links = links.iter().map(|it| (it.param("rel").unwrap_or(it.target()), it.target()));
    let mut cookies: Vec<_> = response.cookies().iter().map(|it| it.name().to_owned()).collect();
    cookies.sort();
    let many = "X-Many";
    json!({
        "status": response.status().as_u16(),
        "reason": response.reason(),
        "ok": response.ok(),
        "url": response.url().to_string(),
        "history": response.history().iter().map(exchange).collect::<Vec<_>>(),
        "text": response.text(),
        "raised": response.raise_for_status().err().map(|error| error.to_string()),
        "links": links.collect::<BTreeMap<_, _>>(),
        "cookies": cookies,
        "many": response.headers().get(many),
        "many.joined": response.headers().joined(many),
        "many.all": response.headers().get_all(many).collect::<Vec<_>>(),
    })
}

/// What the jar holds: name, value and path of each, sorted.
fn jar(session: &Session) -> Value {
    let Some(jar) = session.cookies() else { return Value::Null };
    let mut cookies: Vec<_> =
        jar.lock().iter().map(|it| [it.name(), it.value(), it.path()].map(str::to_owned)).collect();
    cookies.sort();
    json!(cookies)
}

fn name(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidUrl => "invalid URL".into(),
        ErrorKind::InvalidHeader => "invalid header".into(),
        ErrorKind::TooManyRedirects => "too many redirects".into(),
        other => format!("{other:?}"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| format!("{value} is no text").into())
}

/// One code point a byte.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|it| u8::try_from(it).unwrap_or(b'?')).collect()
}

fn values(value: &Value) -> Result<Values> {
    Ok(match value {
        Value::Null => Values::from(None),
        Value::Array(values) => values.iter().map(text).collect::<Result<Vec<_>>>()?.into(),
        value => text(value)?.into(),
    })
}
