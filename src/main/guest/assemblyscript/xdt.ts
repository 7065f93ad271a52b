/**
 * Guest library of Baton for AssemblyScript: what a function gives to its host and what it may ask of it.
 *
 * Build: asc f.ts --runtime minimal --use abort= -O3 -o f.wasm
 * A function exports handle(ptr: usize, len: u32): i64 and re-exports the two allocator functions below.
 */

/** Stores [ptr, ptr + len) for `retrievals` readers; writes the reference's text to out. Its length, or -errno. */
@external("xdt", "put")
export declare function put(ptr: usize, len: u32, retrievals: i32, out: usize, cap: u32): i32;

/** Places the object in memory from allocate_memory. A packed region, or -errno. */
@external("xdt", "get")
export declare function get(ref: usize, reflen: u32): i64;

/** Calls a neighbour by name, or a URL. The answer as a packed region, or -errno. */
@external("xdt", "invoke")
export declare function invoke(target: usize, tlen: u32, ptr: usize, len: u32): i64;

/** Text about the last call that failed. Its length, or -errno. */
@external("xdt", "last_error")
export declare function last_error(out: usize, cap: u32): i32;

/** level: 0 debug, 1 info, 2 warning, 3 error */
@external("xdt", "log")
export declare function log(level: i32, ptr: usize, len: u32): void;

/** SHA-256 of [ptr, ptr + len) to the 32 bytes at out, computed by the host. 0 or -errno. */
@external("xdt", "sha256")
export declare function sha256(ptr: usize, len: u32, out: usize): i32;

/** A region as the ABI carries it. */
// @ts-ignore: decorator
@inline
export function pack(ptr: usize, len: u32): i64 {
  return ((<i64>ptr) << 32) | (<i64>len);
}

export function allocate_memory(len: u32): usize {
  return heap.alloc(len);
}

export function deallocate_memory(ptr: usize, len: u32): void {
  heap.free(ptr);
}
