//! What the engine cannot know by itself: what a program's own code says, and what nobody can foretell.

use std::hash::{BuildHasher, RandomState};

use sortie_content::Boundary;
use sortie_hooks::guard;
use sortie_policy::{Question, Reply};

/// Asks the program's own code. One that panics has failed, and that is its reply.
pub(crate) fn reply(question: &Question) -> Reply {
    match guard(|| question.ask()) {
        Ok(reply) => reply,
        Err(message) => question.failed(format!("it panicked: {message}")),
    }
}

/// What a loop's choices by chance follow from. The keys of the standard library's hashers come from the system.
pub(crate) fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for (index, part) in seed.chunks_exact_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(index).to_le_bytes());
    }
    seed
}

/// What stands between the parts of a multipart message.
pub(crate) fn boundary() -> Boundary {
    let seed = seed();
    Boundary::from_seed(std::array::from_fn(|index| seed[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_loops_have_the_same_seed() {
        assert_ne!(seed(), seed());
    }
}
