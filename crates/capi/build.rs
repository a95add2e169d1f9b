//! Names the shared library for the loader: its major version, which changes when a program must be compiled anew.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "how cargo tells a build script what it builds for")]
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libsortie.0.dylib"),
        _ => println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libsortie.so.0"),
    }
}
