//! What a parameter is given where it is not NULL.

use ffi_tests::{Declaration, Parameter};

/// Handles that can be made, in the order in which they are: the type, and how.
const HANDLES: [(&str, &str, &str); 11] = [
    ("sortie_session", "sortie_session_new", "sortie_session_new(&session, &error)"),
    ("sortie_request", "sortie_request_new", "sortie_request_new(\"GET\", url, &request, &error)"),
    ("sortie_response", "sortie_session_send", "sortie_session_send(session, request, NULL, &response, &error)"),
    ("sortie_cancel", "sortie_cancel_new", "sortie_cancel_new(&cancel, &error)"),
    ("sortie_retries", "sortie_retries_new", "sortie_retries_new(1, &retries, &error)"),
    ("sortie_tls", "sortie_tls_new", "sortie_tls_new(&tls, &error)"),
    ("sortie_cookies", "sortie_session_cookies", "sortie_session_cookies(session, &cookies, &error)"),
    ("sortie_batch", "sortie_batch_new", "sortie_batch_new(session, &batch, &error)"),
    ("sortie_waker", "sortie_batch_waker", "sortie_batch_waker(batch, &waker, &error)"),
    ("sortie_stream", "sortie_session_stream", "sortie_session_stream(session, request, NULL, &stream, &error)"),
    ("sortie_error", "sortie_error_free", ""),
];

/// Callbacks: the type, and a function of it that does nothing.
const FUNCTIONS: [(&str, &str); 10] = [
    ("sortie_drop", "static void NAME(void *context) { (void)context; }"),
    (
        "sortie_read",
        "static int64_t NAME(void *context, uint8_t *buffer, size_t size) { (void)context; (void)buffer; (void)size; return 0; }",
    ),
    (
        "sortie_write",
        "static int32_t NAME(void *context, const uint8_t *data, size_t size) { (void)context; (void)data; (void)size; return 0; }",
    ),
    (
        "sortie_log",
        "static void NAME(void *context, const char *line, size_t size) { (void)context; (void)line; (void)size; }",
    ),
    ("sortie_done", "static void NAME(void *context, const sortie_outcome *outcome) { (void)context; (void)outcome; }"),
    (
        "sortie_progress_callback",
        "static void NAME(void *context, const sortie_progress *progress) { (void)context; (void)progress; }",
    ),
    (
        "sortie_args_hook",
        "static int32_t NAME(void *context, sortie_request *request, sortie_reason *reason) { (void)context; (void)request; (void)reason; return 0; }",
    ),
    (
        "sortie_pre_request_hook",
        "static int32_t NAME(void *context, sortie_prepared *prepared, sortie_reason *reason) { (void)context; (void)prepared; (void)reason; return 0; }",
    ),
    (
        "sortie_post_request_hook",
        "static int32_t NAME(void *context, sortie_prepared *prepared, const sortie_response *response, const sortie_error *error, sortie_reason *reason) { (void)context; (void)prepared; (void)response; (void)error; (void)reason; return 0; }",
    ),
    (
        "sortie_response_hook",
        "static int32_t NAME(void *context, sortie_response *response, sortie_reason *reason) { (void)context; (void)response; (void)reason; return 0; }",
    ),
];

/// Structures that are filled in by a function.
const STRUCTURES: [&str; 5] = ["sortie_timings", "sortie_cookie", "sortie_outcome", "sortie_progress", "sortie_pool"];

/// The handles that this library can make: the name of the variable, the type, how it is made.
pub(crate) fn handles(all: &[Declaration]) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let known: Vec<String> = all.iter().map(|function| function.name.clone()).collect();
    HANDLES
        .into_iter()
        .filter(move |(_, by, _)| known.iter().any(|name| name == by))
        .map(|(kind, _, how)| (kind.trim_start_matches("sortie_"), kind, how))
}

/// The callbacks that these functions take.
pub(crate) fn functions(all: &[Declaration]) -> String {
    let mut text = String::new();
    for (kind, definition) in FUNCTIONS {
        if all.iter().flat_map(|function| &function.parameters).any(|parameter| parameter.kind == kind) {
            text += &definition.replace("NAME", &format!("a_{kind}"));
            text.push('\n');
        }
    }
    text
}

/// What a number is.
pub(crate) fn number(function: &Declaration, parameter: &Parameter, nothing: bool) -> String {
    if function.parameters.iter().any(|other| other.name == "digest") {
        "32".into()
    } else if nothing {
        "0".into()
    } else if parameter.name == "version" {
        "12".into()
    } else {
        "1".into()
    }
}

/// What a pointer is, where it is not NULL: what stands before the call, the argument, and what stands after it.
/// `None` if there is no way to have one.
pub(crate) fn pointer(parameter: &Parameter, all: &[Declaration]) -> Option<(String, String, String)> {
    let Parameter { name, kind } = parameter;
    let plain = |argument: String| Some((String::new(), argument, String::new()));
    if parameter.is_function() {
        assert!(FUNCTIONS.iter().any(|(known, _)| known == kind), "`{kind}` is a callback that no test knows yet");
        return plain(format!("a_{kind}"));
    }
    if let Some(handle) = parameter.handle() {
        if STRUCTURES.contains(&handle) {
            return Some((format!("{handle} {name}[1];"), name.clone(), freed(handle, name)));
        }
        let (variable, ..) = handles(all).find(|(_, known, _)| *known == handle)?;
        return plain(variable.into());
    }
    if let Some(handle) = kind.strip_suffix(" **") {
        return Some(match handle.strip_prefix("const ") {
            Some(_) => (format!("{handle} *{name}_out = NULL;"), format!("&{name}_out"), String::new()),
            None => {
                (format!("{handle} *{name}_out = NULL;"), format!("&{name}_out"), format!("{handle}_free({name}_out);"))
            }
        });
    }
    plain(match kind.as_str() {
        "const char *" => match name.as_str() {
            "url" | "proxy_url" => "url".into(),
            "method" => "\"GET\"".into(),
            "sha256" => "\"0000000000000000000000000000000000000000000000000000000000000000\"".into(),
            "address" | "addresses" => "\"127.0.0.1\"".into(),
            "json" => "\"{}\"".into(),
            "set_cookie" => "\"a=b\"".into(),
            "coding" => "\"gzip\"".into(),
            "path" | "chain_path" | "key_path" => "\"/nowhere/at/all\"".into(),
            _ => "\"x\"".into(),
        },
        "const uint8_t *" | "uint8_t *" => "bytes".into(),
        "const uint16_t *" => "statuses".into(),
        "size_t *" => "&size".into(),
        "uint64_t *" => "&wide".into(),
        "int32_t *" => "&narrow".into(),
        "const sortie_request *const *" => "&lent".into(),
        "void *" => "&narrow".into(),
        "void *const *" => "&user".into(),
        other => panic!("`{other}` is a type that no test knows yet"),
    })
}

/// Frees what a function gave in a structure.
fn freed(kind: &str, name: &str) -> String {
    match kind {
        "sortie_outcome" => format!(
            "if (status == SORTIE_OK && {name}[0].response != NULL) {{ sortie_response_free({name}[0].response); }} \
             if (status == SORTIE_OK && {name}[0].error != NULL) {{ sortie_error_free({name}[0].error); }}"
        ),
        _ => String::new(),
    }
}
