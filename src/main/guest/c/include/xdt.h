/*
 * Guest library of Baton for C: what a function gives to its host and what it may ask of it.
 *
 * Build: zig cc --target=wasm32-wasi -mexec-model=reactor -O2 -Wl,-z,stack-size=65536 -Iinclude f.c
 * A function defines
 *   XDT_EXPORT(handle) xdt_packed handle(const uint8_t *body, uint32_t length)
 * and has XDT_GUEST in exactly one of its files, which exports allocate_memory and deallocate_memory.
 * The body belongs to the host; an answer is memory of the function's own from malloc, or the body itself. An empty body is at NULL.
 */
#ifndef XDT_H
#define XDT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XDT_IMPORT(name) __attribute__((import_module("xdt"), import_name(#name)))
#define XDT_EXPORT(name) __attribute__((export_name(#name)))

/* Stores [ptr, ptr + len) for `retrievals` readers; writes the reference's text to out. Its length, or -errno. */
XDT_IMPORT(put) int32_t xdt_put(const void *ptr, uint32_t len, int32_t retrievals, char *out, uint32_t cap);
/* Places the object in memory that the host takes from allocate_memory. A packed region, or -errno. */
XDT_IMPORT(get) int64_t xdt_get(const char *ref, uint32_t reflen);
/* Calls a neighbour by name, or a URL, with the body [ptr, ptr + len). The response as a packed region, or -errno. */
XDT_IMPORT(invoke) int64_t xdt_invoke(const char *target, uint32_t tlen, const void *ptr, uint32_t len);
/* Text about the last call that failed. Its length, or -errno. */
XDT_IMPORT(last_error) int32_t xdt_last_error(char *out, uint32_t cap);
/* level: 0 debug, 1 info, 2 warning, 3 error */
XDT_IMPORT(log) void xdt_log(int32_t level, const char *ptr, uint32_t len);
/* SHA-256 of [ptr, ptr + len), 32 bytes, computed by the host: several times as fast as in the guest. 0 or -errno. */
XDT_IMPORT(sha256) int32_t xdt_sha256(const void *ptr, uint32_t len, uint8_t out[32]);

/* A region of this guest's memory as the ABI carries it: ptr << 32 | len; negative is -errno. */
typedef int64_t xdt_packed;

static inline xdt_packed xdt_pack(const void *ptr, uint32_t len) {
  return (int64_t)((uint64_t)(uintptr_t)ptr << 32 | len);
}
static inline void *xdt_ptr(xdt_packed region) { return (void *)(uintptr_t)((uint64_t)region >> 32); }
static inline uint32_t xdt_len(xdt_packed region) { return (uint32_t)region; }

/* The response's memory must stay allocated: the host frees it through deallocate_memory when it has been sent. */
#define XDT_GUEST                                                                                        \
  XDT_EXPORT(allocate_memory) void *xdt_allocate_memory(uint32_t len) { return malloc(len ? len : 1); }  \
  XDT_EXPORT(deallocate_memory) void xdt_deallocate_memory(void *ptr, uint32_t len) {                    \
    (void)len;                                                                                           \
    free(ptr);                                                                                           \
  }

#endif
