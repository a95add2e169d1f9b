//! Which library this is, and what it was built with.

use std::ffi::c_char;

/// The library's version, as a number that grows: `major * 1000000 + minor * 1000 + patch`.
///
/// A program compares it with `SORTIE_VERSION`, which is that of its header: a library that is older lacks functions.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_version_number() -> u32 {
    part(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
        + part(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
        + part(env!("CARGO_PKG_VERSION_PATCH"))
}

/// The library's version, as `0.1.0`.
///
/// Returns: a text that lives for ever.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_version() -> *const c_char {
    const TEXT: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    TEXT.as_ptr().cast()
}

/// What the library was built with beside HTTP/1.1, gzip and deflate: names between spaces, such as `br tls zstd`.
///
/// Returns: a text that lives for ever.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn sortie_features() -> *const c_char {
    let text = match (cfg!(feature = "br"), cfg!(feature = "tls"), cfg!(feature = "zstd")) {
        (true, true, true) => c"br tls zstd",
        (true, true, false) => c"br tls",
        (true, false, true) => c"br zstd",
        (true, false, false) => c"br",
        (false, true, true) => c"tls zstd",
        (false, true, false) => c"tls",
        (false, false, true) => c"zstd",
        (false, false, false) => c"",
    };
    text.as_ptr()
}

/// A part of the version, which cargo has checked.
const fn part(digits: &str) -> u32 {
    match u32::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => 0,
    }
}

/// Panics inside, for the tests of the boundary.
///
/// Returns: `SORTIE_ERR_PANIC`.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub extern "C" fn sortie_test_panic(error: *mut *mut crate::error::sortie_error) -> crate::status::sortie_status {
    crate::guard::guard(error, || panic!("asked for by a test"))
}
