/*
 * Its body is a chain of function names, one a line: calls the first one with the other lines as its body and answers what that answers.
 * A body without a line ending is answered as it is.
 */
#include "xdt.h"

XDT_GUEST

XDT_EXPORT(handle) xdt_packed handle(const uint8_t *body, uint32_t length) {
  const uint8_t *end = length ? memchr(body, '\n', length) : NULL;
  if (end) {
    uint32_t name = (uint32_t)(end - body);
    return xdt_invoke((const char *)body, name, end + 1, length - name - 1);
  }
  uint8_t *answer = malloc(length ? length : 1);
  if (!answer) return -12;
  if (length) memcpy(answer, body, length);
  return xdt_pack(answer, length);
}
