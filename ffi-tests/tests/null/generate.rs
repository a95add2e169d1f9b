//! The program: for each function, what has to come of NULL.

use std::fmt::Write;

use ffi_tests::{Declaration, Parameter};

use crate::value;

const HEAD: &str = r#"#include "check.h"

/* Fails unless the status is `expected`, and, if it is that of NULL, its words name the parameter. */
static void expect(const char *what, sortie_status expected, sortie_status status, sortie_error *error, const char *name) {
    const char *message = error == NULL ? "" : sortie_error_message(error);
    int named = name == NULL || strstr(message, name) != NULL;
    if (status != expected || (status != SORTIE_OK && error == NULL) || (status == SORTIE_ERR_NULL && !named)) {
        fprintf(stderr, "%s: %s, not %s of %s: %s\n", what, sortie_status_name(status), sortie_status_name(expected),
                name ? name : "", message);
        failures++;
    }
    sortie_error_free(error);
}

/* Fails if that status comes of a call in which all is NULL, and the numbers may make no sense. */
static void refuse(const char *what, sortie_status status) {
    if (status != SORTIE_ERR_NULL && status != SORTIE_ERR_ARGUMENT) {
        fprintf(stderr, "%s: %s\n", what, sortie_status_name(status));
        failures++;
    }
}

/* Fails if that status comes of a call in which nothing is NULL that may not be. */
static void accept(const char *what, sortie_status status, sortie_error *error) {
    if (status == SORTIE_ERR_NULL || status == SORTIE_ERR_PANIC) {
        fprintf(stderr, "%s: %s: %s\n", what, sortie_status_name(status), error ? sortie_error_message(error) : "");
        failures++;
    }
    sortie_error_free(error);
}

/* Fails unless a function gave nothing. */
static void nothing(const char *what, int is_nothing) {
    if (!is_nothing) {
        fprintf(stderr, "%s: gives something\n", what);
        failures++;
    }
}

"#;

/// Writes the program. It takes the URL of a resource as its argument.
pub(crate) fn program(all: &[Declaration]) -> String {
    let mut text = HEAD.replacen("#include \"check.h\"\n", "#include \"check.h\"\n\nstatic int failures;\n", 1);
    text += "static const char *url;\nstatic uint8_t bytes[64];\nstatic uint16_t statuses[1] = {503};\n\
             static size_t size;\nstatic uint64_t wide;\nstatic int32_t narrow;\nstatic void *user;\n\
             static const sortie_request *lent;\n";
    for (variable, kind, _) in value::handles(all) {
        writeln!(text, "static {kind} *{variable};").unwrap();
    }
    text.push('\n');
    text += &value::functions(all);
    text += &handles(all);
    let mut calls = String::new();
    for function in all.iter().filter(|function| function.parameters.iter().any(Parameter::is_pointer)) {
        writeln!(text, "\nstatic void test_{}(void) {{", function.name).unwrap();
        text += &if function.can_fail() { status(function, all) } else { accessor(function, all) };
        text += "}\n";
        writeln!(calls, "    test_{}();", function.name).unwrap();
    }
    write!(
        text,
        "\nint main(int argc, char **argv) {{\n    begin();\n    url = argument(argc, argv, 1);\n    \
         (void)bytes; (void)statuses; (void)size; (void)wide; (void)narrow; (void)user; (void)accept;\n\
         {calls}    return failures != 0;\n}}\n"
    )
    .unwrap();
    text
}

/// Functions that make all handles, and free them: each case has new ones.
fn handles(all: &[Declaration]) -> String {
    let (mut make, mut free) = (String::new(), String::new());
    for (variable, kind, how) in value::handles(all) {
        if how.is_empty() {
            writeln!(make, "    CHECK(sortie_request_new(NULL, NULL, NULL, &{variable}) == SORTIE_ERR_NULL);").unwrap();
        } else if kind == "sortie_tls" {
            writeln!(
                make,
                "    {{ sortie_error *none = NULL; sortie_tls_new(&tls, &none); sortie_error_free(none); }}"
            )
            .unwrap();
        } else {
            writeln!(make, "    OK({how});").unwrap();
        }
        // The last one made goes first.
        free.insert_str(0, &format!("    {kind}_free({variable});\n    {variable} = NULL;\n"));
    }
    format!("\nstatic void make(void) {{\n{make}    lent = request;\n}}\n\nstatic void clear(void) {{\n{free}}}\n")
}

/// A function that tells what is wrong.
fn status(function: &Declaration, all: &[Declaration]) -> String {
    let mut text = String::new();
    let name = &function.name;
    let pointers: Vec<_> =
        function.parameters.iter().filter(|parameter| parameter.is_pointer() && parameter.name != "error").collect();
    // NULL for everything, `error` too; and with somewhere to tell of it.
    let nothing = arguments(function, |_| None);
    let sane = arguments(function, |parameter| {
        let plain = !parameter.is_pointer() && parameter.kind != "size_t";
        plain.then(|| value::number(function, parameter, false))
    });
    writeln!(text, "    sortie_error *error = NULL;\n    sortie_status status = {name}({nothing}, NULL);").unwrap();
    writeln!(text, "    refuse(\"{name}\", status);\n    status = {name}({sane}, NULL);").unwrap();
    writeln!(text, "    refuse(\"{name}\", status);\n    status = {name}({sane}, &error);").unwrap();
    writeln!(text, "    expect(\"{name}\", SORTIE_ERR_NULL, status, error, NULL);").unwrap();
    // One handle that is there.
    for handle in pointers.iter().filter(|parameter| parameter.handle().is_some()) {
        let Some((before, argument, after)) = value::pointer(handle, all) else { continue };
        let list = arguments(function, |parameter| {
            let number = !parameter.is_pointer() && parameter.kind != "size_t";
            if number {
                return Some(value::number(function, parameter, false));
            }
            (*parameter == **handle).then(|| argument.clone())
        });
        let others = pointers.iter().filter(|other| *other != handle);
        let needs = others.clone().any(|other| !function.may_be_null(other) && !is_counted(function, other));
        let judge = if needs {
            format!("expect(\"{name} with {}\", SORTIE_ERR_NULL, status, error, NULL);", handle.name)
        } else {
            format!("accept(\"{name} with {}\", status, error);", handle.name)
        };
        write_case(&mut text, &before, &format!("{name}({list}, &error)"), &format!("{judge} {after}"));
    }
    // One pointer that is NULL.
    for missing in &pointers {
        let mut parts = (String::new(), String::new());
        let mut possible = true;
        let list = arguments(function, |parameter| {
            if *parameter == **missing {
                return None;
            }
            if !parameter.is_pointer() {
                return Some(value::number(function, parameter, false));
            }
            let Some((before, argument, after)) = value::pointer(parameter, all) else {
                possible = false;
                return None;
            };
            parts.0 += &before;
            parts.1 += &after;
            Some(argument)
        });
        if !possible {
            continue;
        }
        let judge = if function.may_be_null(missing) && !is_counted(function, missing) {
            format!("accept(\"{name} without {}\", status, error);", missing.name)
        } else {
            format!("expect(\"{name}\", SORTIE_ERR_NULL, status, error, \"`{}`\");", missing.name)
        };
        write_case(&mut text, &parts.0, &format!("{name}({list}, &error)"), &format!("{judge} {}", parts.1));
    }
    text
}

/// A function that gives a value, or frees.
fn accessor(function: &Declaration, all: &[Declaration]) -> String {
    let name = &function.name;
    let nothing = arguments(function, |_| None);
    let mut text = match function.returns.as_str() {
        "void" => format!("    {name}({nothing});\n"),
        "sortie_bytes" => format!("    nothing(\"{name}\", {name}({nothing}).size == 0);\n"),
        _ => format!("    nothing(\"{name}\", {name}({nothing}) == 0);\n"),
    };
    if function.returns == "void" {
        return text;
    }
    let Some(handle) = function.parameters.iter().find(|parameter| parameter.handle().is_some()) else { return text };
    let Some((_, argument, _)) = value::pointer(handle, all) else { return text };
    // Its handle is there, but nothing else; then a number that is past all ends.
    let with = |number: &str| {
        arguments(function, |parameter| match parameter {
            parameter if parameter == handle => Some(argument.clone()),
            parameter if parameter.is_pointer() => None,
            _ => Some(number.into()),
        })
    };
    writeln!(text, "    make();\n    (void){name}({});", with("0")).unwrap();
    writeln!(text, "    (void){name}({});\n    clear();", with("SIZE_MAX")).unwrap();
    text
}

fn write_case(text: &mut String, before: &str, call: &str, after: &str) {
    writeln!(text, "    make();\n    error = NULL;\n    {{ {before} status = {call}; {after} }}\n    clear();")
        .unwrap();
}

/// The arguments but for `error`: what `of` gives, else NULL or 0.
fn arguments(function: &Declaration, mut of: impl FnMut(&Parameter) -> Option<String>) -> String {
    let list: Vec<_> = function
        .parameters
        .iter()
        .filter(|parameter| !(function.can_fail() && parameter.name == "error"))
        .map(|parameter| {
            of(parameter).unwrap_or_else(|| {
                if parameter.is_pointer() { "NULL".into() } else { value::number(function, parameter, true) }
            })
        })
        .collect();
    list.join(", ")
}

/// Whether a number of elements stands in the parameters: NULL is fine where there are none.
fn is_counted(function: &Declaration, parameter: &Parameter) -> bool {
    !parameter.is_function()
        && function.parameters.iter().any(|other| other.kind == "size_t")
        && ["data", "pem", "statuses", "requests", "outcomes", "buffer"].contains(&parameter.name.as_str())
}
