//! Text that stays on its line.

use std::fmt::{Display, Formatter, Result, Write};

/// Shows a text with its control characters as `\n`, `\t` or `\u{1b}`.
///
/// So are the separators that some viewers break a line at, and the marks that turn the direction of writing, with
/// which a peer could make a line look like another.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut shown = 0;
        for (at, hidden) in self.0.char_indices().filter(|(_, char)| must_be_escaped(*char)) {
            f.write_str(&self.0[shown..at])?;
            for char in hidden.escape_default() {
                f.write_char(char)?;
            }
            shown = at + hidden.len_utf8();
        }
        f.write_str(&self.0[shown..])
    }
}

fn must_be_escaped(char: char) -> bool {
    char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_or_turns_a_line_is_escaped_and_the_rest_is_kept() {
        let shown = OneLine("a\r\nb\t\u{1b}[2J\u{85}\u{2028}\u{202e}\0é \\ 漢").to_string();
        assert_eq!(shown, r"a\r\nb\t\u{1b}[2J\u{85}\u{2028}\u{202e}\u{0}é \ 漢");
    }
}
