//! Numbers that nobody can foretell who does not know the seed.

use sha2::{Digest, Sha256};

/// A sequence of numbers: the same for the same seed.
pub(crate) struct Chance {
    seed: [u8; 32],
    turn: u64,
}

impl Chance {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Chance { seed, turn: 0 }
    }

    /// The next sixteen bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        self.turn += 1;
        let hash = Sha256::new().chain_update(self.seed).chain_update(self.turn.to_le_bytes()).finalize();
        std::array::from_fn(|index| hash[index])
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        let bytes = self.bytes();
        u64::from_le_bytes(std::array::from_fn(|index| bytes[index]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_none_twice() {
        let (mut one, mut other) = (Chance::new([7; 32]), Chance::new([7; 32]));
        let numbers: Vec<u64> = (0..100).map(|_| one.number()).collect();
        assert!(numbers.iter().all(|number| *number == other.number()));
        let distinct: std::collections::HashSet<&u64> = numbers.iter().collect();
        assert_eq!(distinct.len(), 100);
        assert_ne!(Chance::new([8; 32]).number(), numbers[0]);
    }
}
