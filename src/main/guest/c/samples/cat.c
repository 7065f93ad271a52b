/* A WASI command: its body comes on stdin, its answer goes to stdout, unchanged and in pieces; any length in little memory. */
#include <unistd.h>

static char buffer[1 << 16];

int main(void) {
  for (;;) {
    ssize_t count = read(0, buffer, sizeof buffer);
    if (count == 0) return 0;
    if (count < 0) return 1;
    for (ssize_t done = 0; done < count;) {
      ssize_t written = write(1, buffer + done, (size_t)(count - done));
      if (written < 0) return 1;
      done += written;
    }
  }
}
