/// A long text repeats itself after so many letters, which is no length that a cut is likely to have.
const BLOCK: usize = 1_021;

/// So many lower-case letters, always the same for a key. Two keys give different letters.
///
/// No line of a head can be found in them.
pub fn letters(key: u64, count: usize) -> Vec<u8> {
    let mut chance = fastrand::Rng::with_seed(key);
    let mut rest = key;
    // Even a short text shows whose it is: it begins with the key.
    let mut letter = |at| {
        let value = if at < 4 { rest % 26 } else { chance.u64(0..26) };
        rest /= 26;
        b'a' + value as u8
    };
    let block: Vec<u8> = (0..count.min(BLOCK)).map(&mut letter).collect();
    let mut text = block.repeat(count.div_ceil(BLOCK));
    text.truncate(count);
    text
}
