//! Guest library of Baton: what a function in Wasm gives to its host, and what it may ask of it.
//!
//! ```ignore
//! xdt::handler!(answer);
//!
//! fn answer(body: &[u8]) -> Result<xdt::Region, xdt::Error> {
//!     xdt::invoke("consumer", body)
//! }
//! ```
//!
//! Build as a `cdylib` with `--target wasm32-unknown-unknown` (or `wasm32-wasip1`).

use std::alloc::{Layout, alloc, dealloc};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

mod host {
    #[link(wasm_import_module = "xdt")]
    unsafe extern "C" {
        pub fn put(ptr: *const u8, len: usize, retrievals: i32, out: *mut u8, cap: usize) -> i32;
        pub fn get(reference: *const u8, len: usize) -> i64;
        pub fn invoke(target: *const u8, tlen: usize, ptr: *const u8, len: usize) -> i64;
        pub fn last_error(out: *mut u8, cap: usize) -> i32;
        pub fn log(level: i32, ptr: *const u8, len: usize);
        pub fn sha256(ptr: *const u8, len: usize, out: *mut u8) -> i32;
    }
}

/// The longest text of a reference.
const REFERENCE_MAX: usize = 200;

const EIO: i32 = 5;
const ENOMEM: i32 = 12;

/// A block's size is kept ahead of it: the host may free a block under a smaller length than it asked for.
const HEADER: usize = 16;

/// An error of errno(3) with the host's text for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub errno: i32,
    pub text: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "errno {}: {}", self.errno, self.text)
    }
}

impl std::error::Error for Error {}

/// Memory that this guest owns and can give to its host: the only form in which answers leave and objects arrive.
pub struct Region {
    ptr: NonNull<u8>,
    len: usize,
}

impl Region {
    /// Of that many bytes, whose content is not defined before it is written.
    pub fn with_len(len: usize) -> Result<Region, Error> {
        NonNull::new(allocate_memory(len))
            .map(|ptr| Region { ptr, len })
            .ok_or_else(|| Error { errno: ENOMEM, text: format!("no memory for {len} bytes") })
    }

    /// A copy.
    pub fn copy_of(bytes: &[u8]) -> Result<Region, Error> {
        let mut region = Region::with_len(bytes.len())?;
        region.copy_from_slice(bytes);
        Ok(region)
    }

    fn from_packed(packed: i64) -> Result<Region, Error> {
        if packed < 0 {
            return Err(failure(-packed as i32));
        }
        let (at, len) = ((packed >> 32) as usize, packed as u32 as usize);
        match NonNull::new(at as *mut u8) {
            Some(ptr) => Ok(Region { ptr, len }),
            None => Region::with_len(0), // Nothing arrived, so nothing was allocated.
        }
    }

    fn into_packed(self) -> i64 {
        let packed = (self.ptr.as_ptr() as usize as i64) << 32 | self.len as i64;
        std::mem::forget(self); // The host frees it when it has sent it.
        packed
    }
}

impl Deref for Region {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the region owns that many bytes at ptr, and every bit pattern is a u8.
        unsafe { std::slice::from_raw_parts(self.ptr.as_ptr(), self.len) }
    }
}

impl DerefMut for Region {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and &mut self says that nobody else has it.
        unsafe { std::slice::from_raw_parts_mut(self.ptr.as_ptr(), self.len) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        deallocate_memory(self.ptr.as_ptr(), self.len);
    }
}

/// Stores a copy of the object for that many retrievals and gives its reference.
pub fn put(object: &[u8], retrievals: i32) -> Result<String, Error> {
    let mut out = [0u8; REFERENCE_MAX];
    // SAFETY: both regions are valid for the call, which keeps neither.
    let len = unsafe { host::put(object.as_ptr(), object.len(), retrievals, out.as_mut_ptr(), out.len()) };
    if len < 0 {
        return Err(failure(-len));
    }
    String::from_utf8(out[..len as usize].to_vec()).map_err(|e| Error { errno: EIO, text: e.to_string() })
}

/// Retrieves an object; its bytes arrive in the region given, and nowhere else before.
pub fn get(reference: &str) -> Result<Region, Error> {
    // SAFETY: the text is valid for the call.
    Region::from_packed(unsafe { host::get(reference.as_ptr(), reference.len()) })
}

/// Calls another function, a neighbour by its name or any by its URL, and gives its answer.
pub fn invoke(target: &str, body: &[u8]) -> Result<Region, Error> {
    // SAFETY: both regions are valid for the call.
    Region::from_packed(unsafe { host::invoke(target.as_ptr(), target.len(), body.as_ptr(), body.len()) })
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// Writes a line to the sidecar's log.
pub fn log(level: Level, text: &str) {
    // SAFETY: the text is valid for the call.
    unsafe { host::log(level as i32, text.as_ptr(), text.len()) }
}

/// SHA-256, computed by the host.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0u8; 32];
    // SAFETY: both regions are valid for the call, which can fail only when they are not.
    unsafe { host::sha256(bytes.as_ptr(), bytes.len(), hash.as_mut_ptr()) };
    hash
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn failure(errno: i32) -> Error {
    let mut out = [0u8; 1024];
    // SAFETY: the buffer is valid for the call.
    let len = unsafe { host::last_error(out.as_mut_ptr(), out.len()) };
    Error { errno, text: String::from_utf8_lossy(&out[..len.max(0) as usize]).into_owned() }
}

/// Exports `handle`, which gives each request's body to the function named and its region back; an error fails the request.
#[macro_export]
macro_rules! handler {
    ($function:path) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn handle(ptr: *const u8, len: usize) -> i64 {
            $crate::run($function, ptr, len)
        }
    };
}

/// What [`handler`] exports.
#[doc(hidden)]
pub fn run(function: fn(&[u8]) -> Result<Region, Error>, ptr: *const u8, len: usize) -> i64 {
    let body = if len == 0 {
        &[]
    } else {
        // SAFETY: the host has placed the body there and leaves it until the call ends.
        unsafe { std::slice::from_raw_parts(ptr, len) }
    };
    match function(body) {
        Ok(answer) => answer.into_packed(),
        Err(error) => {
            log(Level::Error, &error.to_string());
            -i64::from(error.errno)
        }
    }
}

fn layout(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.checked_add(HEADER)?, HEADER).ok()
}

/// Memory for the host to place data in; null when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn allocate_memory(len: usize) -> *mut u8 {
    let Some(layout) = layout(len) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the layout is not empty, and the length is written into the bytes ahead of what is given out.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            return block;
        }
        block.cast::<usize>().write(len);
        block.add(HEADER)
    }
}

/// Frees what the function above gave.
#[unsafe(no_mangle)]
pub extern "C" fn deallocate_memory(ptr: *mut u8, _len: usize) {
    if ptr.is_null() {
        return;
    }
    // SAFETY: the host and Region hand back only what was given out above, once.
    unsafe {
        let block = ptr.sub(HEADER);
        if let Some(layout) = layout(block.cast::<usize>().read()) {
            dealloc(block, layout);
        }
    }
}
