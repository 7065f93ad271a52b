/* Shared by the two programs of this folder: clocks, sockets, and the little of HTTP/1.1 that they speak. */
#ifndef BATON_LOAD_COMMON_H
#define BATON_LOAD_COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 8192

static inline void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline void quit(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline struct sockaddr_in address_of(const char *ip, const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) quit("not an IPv4 address");
    return address;
}

static inline void no_delay(int fd) {
    int one = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0) die("TCP_NODELAY");
}

/* Thousands of connections need as many descriptors. */
static inline void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

/* The value of Content-Length in a complete head, 0 when there is none. */
static inline int64_t content_length(const char *head, const char *end) {
    for (const char *line = head; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        if (!next) break;
        if (next - line > 15 && strncasecmp(line, "content-length:", 15) == 0) return strtoll(line + 15, NULL, 10);
        line = next + 1;
    }
    return 0;
}

/* The first octet after the blank line, NULL while the head is incomplete. */
static inline char *end_of_head(char *head, size_t length) {
    char *end = memmem(head, length, "\r\n\r\n", 4);
    return end ? end + 4 : NULL;
}

#endif
