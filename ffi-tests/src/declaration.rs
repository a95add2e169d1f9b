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

    /// Whether this parameter may be NULL, as far as the comment says so.
    pub fn may_be_null(&self, parameter: &Parameter) -> bool {
        // What a callback is given, and what frees it: law 5. What an outcome brings back: any pointer is fine.
        if parameter.kind == "void *" || parameter.kind == "sortie_drop" || parameter.name.ends_with("_or_null") {
            return true;
        }
        let Some((_, said)) = self.comment.split_once("Parameters:") else { return false };
        let said = said.split("Returns:").next().unwrap_or(said);
        // `a`, `b`: what is said of both; `c`: the next.
        let Some((_, said)) = said.split_once(&format!("`{}`", parameter.name)) else { return false };
        let Some((_, said)) = said.split_once(':') else { return false };
        said.split("`:").next().is_some_and(|said| said.contains("NULL"))
    }

    /// Whether it answers with a status, and so says what is wrong.
    pub fn can_fail(&self) -> bool {
        self.returns == "sortie_status" && self.parameters.last().is_some_and(|last| last.kind == "sortie_error **")
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

    /// Whether it is a pointer to a function: its type has a name, and no star.
    pub fn is_function(&self) -> bool {
        self.kind.starts_with("sortie_") && !self.kind.contains('*') && self.kind != "sortie_status"
    }

    /// The handle's type, if it is a pointer to a handle that the function is lent: `sortie_session`.
    pub fn handle(&self) -> Option<&str> {
        let kind = self.kind.strip_prefix("const ").unwrap_or(&self.kind);
        let name = kind.strip_suffix(" *")?;
        (name.starts_with("sortie_") && !name.contains('*')).then_some(name)
    }
}
