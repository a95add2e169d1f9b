//! Octets that look random and are the same every time.

/// The first `count` octets of the sequence that `seed` names: what `/bytes/:n?seed=` and `/chunked/:n?seed=` send.
pub fn random_bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count.next_multiple_of(8));
    Sequence::new(seed).append(&mut bytes, count);
    bytes
}

/// A place in a sequence (splitmix64, eight octets a step).
#[derive(Debug)]
pub(crate) struct Sequence {
    state: u64,
}

impl Sequence {
    /// The beginning of the sequence that `seed` names.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Appends the next `count` octets. The sequence goes on without a gap only where `count` is a multiple of eight.
    pub(crate) fn append(&mut self, bytes: &mut Vec<u8>, count: usize) {
        let end = bytes.len() + count;
        while bytes.len() < end {
            bytes.extend_from_slice(&self.step().to_le_bytes());
        }
        bytes.truncate(end);
    }

    fn step(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
