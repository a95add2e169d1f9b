//! What pointers from the other side of the boundary lend us, and what we write through them.

use std::ffi::{CStr, c_char};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::slice;
use std::sync::Arc;

use crate::fault::Fault;

/// An out parameter. It is written once, on success.
pub(crate) struct Out<T>(*mut T);

/// The handle behind a pointer. NULL is a fault that names the parameter.
pub(crate) fn lend<T>(handle: Option<T>, name: &'static str) -> Result<T, Fault> {
    handle.ok_or(Fault::Null(name))
}

/// A text of the caller's, NUL-ended.
pub(crate) fn text<'a>(pointer: *const c_char, name: &'static str) -> Result<&'a str, Fault> {
    if pointer.is_null() {
        return Err(Fault::Null(name));
    }
    // SAFETY: not NULL, and by law 4 NUL-ended; by law 1 the caller keeps it for the time of the call.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|source| Fault::Utf8 { name, at: source.valid_up_to() })
}

/// A text of the caller's that may be missing.
pub(crate) fn optional_text<'a>(pointer: *const c_char, name: &'static str) -> Result<Option<&'a str>, Fault> {
    if pointer.is_null() { Ok(None) } else { text(pointer, name).map(Some) }
}

/// Elements of the caller's. NULL is fine where there are none.
pub(crate) fn list<'a, T>(pointer: *const T, count: usize, name: &'static str) -> Result<&'a [T], Fault> {
    check(pointer, count, name)?;
    if count == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, and not larger than memory can be; by laws 1 and 4 the caller has so many of them.
    Ok(unsafe { slice::from_raw_parts(pointer, count) })
}

/// Room of the caller's, for so many elements. What is in it need not be initialized for us, since bytes have no invalid
/// values and are only written.
pub(crate) fn room<'a>(pointer: *mut u8, size: usize, name: &'static str) -> Result<&'a mut [u8], Fault> {
    check(pointer.cast_const(), size, name)?;
    if size == 0 {
        return Ok(&mut []);
    }
    // SAFETY: not NULL, and not larger than memory can be; by laws 1 and 4 it is the caller's to lend for this call.
    Ok(unsafe { slice::from_raw_parts_mut(pointer, size) })
}

/// A descriptor of ours beside one of the caller's. Fails where that is not open; a negative one is never.
pub(crate) fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: not -1; by law 1 the caller keeps it open for the time of the call. One that is not open is told by the system.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    fd.try_clone_to_owned()
}

/// Where a result goes.
pub(crate) fn out<T>(pointer: *mut T, name: &'static str) -> Result<Out<T>, Fault> {
    if pointer.is_null() { Err(Fault::Null(name)) } else { Ok(Out(pointer)) }
}

/// Where results go, one after the other. NULL is fine where there are none.
pub(crate) fn outs<T>(
    pointer: *mut T,
    count: usize,
    name: &'static str,
) -> Result<impl Iterator<Item = Out<T>>, Fault> {
    check(pointer.cast_const(), count, name)?;
    Ok((0..count).map(move |index| Out(pointer.wrapping_add(index))))
}

/// A handle in which others may have a share: it goes on as long as one of them has.
pub(crate) fn shared<T>(value: T) -> *mut T {
    Arc::into_raw(Arc::new(value)).cast_mut()
}

/// A share in what is behind such a handle, so that a callback may free it, or another thread, while it is in use.
pub(crate) fn share<T>(handle: *const T, name: &'static str) -> Result<Arc<T>, Fault> {
    if handle.is_null() {
        return Err(Fault::Null(name));
    }
    // SAFETY: not NULL, and by law 1 what `shared` has made, not freed yet: the program's own share is still there.
    unsafe {
        Arc::increment_strong_count(handle);
        Ok(Arc::from_raw(handle))
    }
}

/// The program's own share in what is behind such a handle, which it gives back by `_free`.
pub(crate) fn unshare<T>(handle: *const T) -> Option<Arc<T>> {
    // SAFETY: not NULL, and by law 1 what `shared` has made, given back once.
    (!handle.is_null()).then(|| unsafe { Arc::from_raw(handle) })
}

impl<T> Out<T> {
    /// Hands the result over.
    pub(crate) fn write(self, value: T) {
        // SAFETY: not NULL; by law 2 the caller has room for it there. What stood there is not read or dropped.
        unsafe { self.0.write(value) }
    }
}

fn check<T>(pointer: *const T, count: usize, name: &'static str) -> Result<(), Fault> {
    if count > 0 && pointer.is_null() {
        return Err(Fault::Null(name));
    }
    match count.checked_mul(size_of::<T>()) {
        Some(size) if size <= isize::MAX as usize => Ok(()),
        _ => Err(Fault::Size { name, size: count }),
    }
}

/// What was handed over by an out parameter, for a test that is the program; none where nothing was.
#[cfg(test)]
pub(crate) fn owned<T>(pointer: *mut T) -> Option<Box<T>> {
    // SAFETY: by law 1 it is the program's, made by Box::into_raw.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_at_null_is_nothing_and_something_at_null_a_fault() {
        assert!(list::<u8>(std::ptr::null(), 0, "data").unwrap().is_empty());
        assert!(room(std::ptr::null_mut(), 0, "buffer").unwrap().is_empty());
        assert!(matches!(list::<u8>(std::ptr::null(), 1, "data"), Err(Fault::Null("data"))));
        assert!(matches!(list::<u8>(std::ptr::null(), usize::MAX, "data"), Err(Fault::Null("data"))));
        assert!(matches!(text(std::ptr::null(), "url"), Err(Fault::Null("url"))));
    }

    #[test]
    fn a_size_that_no_memory_has_is_a_fault() {
        assert!(matches!(list([1_u8].as_ptr(), usize::MAX, "data"), Err(Fault::Size { name: "data", .. })));
        assert!(matches!(list([1_u64].as_ptr(), usize::MAX / 8, "data"), Err(Fault::Size { .. })));
    }

    #[test]
    fn a_descriptor_that_is_not_open_is_told_by_the_system() {
        for fd in [-1, i32::MIN, i32::MAX] {
            assert_eq!(duplicate(fd).unwrap_err().raw_os_error(), Some(libc::EBADF), "{fd}");
        }
    }

    #[test]
    fn text_that_is_not_utf_8_says_where() {
        assert!(matches!(text(c"a\xff".as_ptr(), "url"), Err(Fault::Utf8 { name: "url", at: 1 })));
        assert_eq!(text(c"a".as_ptr(), "url").unwrap(), "a");
    }
}
