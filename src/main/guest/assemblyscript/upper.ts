/** Answers its body with the ASCII letters made upper-case, in place: the answer is the body's own memory. */
import { pack } from "./xdt";
export { allocate_memory, deallocate_memory } from "./xdt";

export function handle(ptr: usize, len: u32): i64 {
  for (let at = ptr, end = ptr + len; at < end; at++) {
    const letter = load<u8>(at);
    if (letter >= 0x61 && letter <= 0x7a) {
      store<u8>(at, letter - 0x20);
    }
  }
  return pack(ptr, len);
}
