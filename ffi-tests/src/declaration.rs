//! What `sortie.h` declares.

use std::fs;

use crate::place::include;

/// A function.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Declaration {
    /// What it is called.
    pub name: String,
    /// What it returns: `sortie_status`.
    pub returns: String,
    /// What it is given, in order.
    pub parameters: Vec<Parameter>,
    /// What is said of it.
    pub comment: String,
}

/// A parameter of a function.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameter {
    /// What it is called.
    pub name: String,
    /// Its type, with one space before its stars: `sortie_error **`.
    pub kind: String,
}

/// All functions, in order.
///
/// # Panics
/// If there is no header, or it has none.
pub fn declarations() -> Vec<Declaration> {
    let header = fs::read_to_string(include().join("sortie.h")).expect("there is a header");
    let all: Vec<_> = header.split("\n\n").filter_map(Declaration::read).collect();
    assert!(!all.is_empty(), "the header declares nothing");
    all
}

impl Declaration {
    /// Reads a comment and what follows it. cbindgen puts an empty line between two of these, and none within.
    fn read(block: &str) -> Option<Self> {
        let (comment, text) = block.split_once("*/\n")?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.starts_with("typedef") {
            return None;
        }
        let (head, list) = text.strip_suffix(");")?.split_once('(')?;
        let Parameter { name, kind } = Parameter::read(head);
        let parameters = if list == "void" { Vec::new() } else { list.split(", ").map(Parameter::read).collect() };
        Some(Declaration { name, returns: kind, parameters, comment: comment.into() })
    }

    /// Whether it answers with a status, and so says what is wrong.
    pub fn can_fail(&self) -> bool {
        self.returns == "sortie_status" && self.parameters.last().is_some_and(|last| last.name == "error")
    }
}

impl Parameter {
    fn read(text: &str) -> Self {
        let at = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        Parameter { name: text[at..].into(), kind: text[..at].trim_end().into() }
    }

    /// Whether it is a pointer, to data or to a function.
    pub fn is_pointer(&self) -> bool {
        self.kind.ends_with('*') || self.is_function()
    }

    /// Whether it is a pointer to a function: of a type that the header gives a name.
    pub fn is_function(&self) -> bool {
        const ENDS: [&str; 9] =
            ["_read", "_write", "_drop", "_log", "_done", "_hook", "_callback", "_progress_callback", "_visit"];
        self.kind.starts_with("sortie_") && ENDS.iter().any(|end| self.kind.ends_with(end))
    }

    /// The handle's type, if it is a pointer to a handle that the function is lent: `sortie_session`.
    pub fn handle(&self) -> Option<&str> {
        let kind = self.kind.strip_prefix("const ").unwrap_or(&self.kind);
        let name = kind.strip_suffix(" *")?;
        (name.starts_with("sortie_") && !name.contains('*')).then_some(name)
    }
}
