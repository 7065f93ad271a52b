/*
 * The yardstick for Baton's relay: the least that a relay on Linux can do. It accepts one connection after the other, opens one of its
 * own to the next host for each, and passes messages on, by splice(2) through a pipe or by read(2) and send(2) through a buffer.
 *
 * A message is its length (8 bytes, big-endian), that many bytes, and in the other direction one byte as its receipt.
 *
 * Usage: relay splice|copy LISTEN-ADDRESS NEXT-ADDRESS NEXT-PORT
 *
 * It listens on a port of the kernel's choice, which it prints. Any error but the end of a connection between two messages ends it
 * with 1: a figure of a run that failed in the middle must not be taken for one. Compiled and run by scripts/bench relay.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The same as dev.baton.wire.SocketRelay and dev.baton.kernel.Pipe. */
enum { STEP_BYTES = 256 << 10, PIPE_BYTES = 1 << 20 };

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void check(int result, const char *what)
{
    if (result < 0)
        fail(what);
}

/* Whether a call that gave -1 is to be made again; waits until the descriptor is ready if it was not. */
static bool again(int fd, short events)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    struct pollfd ready = {.fd = fd, .events = events};
    if (poll(&ready, 1, -1) < 0 && errno != EINTR)
        fail("poll");
    return true;
}

/* What read gives, 0 at the end of the connection. */
static size_t receive(int fd, void *bytes, size_t length)
{
    for (;;) {
        ssize_t n = read(fd, bytes, length);
        if (n >= 0)
            return (size_t)n;
        if (!again(fd, POLLIN))
            fail("read");
    }
}

/* Fills all of it; false if the connection has ended before its first byte. */
static bool receive_whole(int fd, void *bytes, size_t length)
{
    for (size_t got = 0; got < length;) {
        size_t n = receive(fd, (char *)bytes + got, length - got);
        if (n == 0 && got == 0)
            return false;
        if (n == 0) {
            fputs("relay: a connection ended in the middle\n", stderr);
            exit(EXIT_FAILURE);
        }
        got += n;
    }
    return true;
}

static void send_whole(int fd, const void *bytes, size_t length, int flags)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, (const char *)bytes + sent, length - sent, flags | MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (n < 0 && !again(fd, POLLOUT))
            fail("send");
    }
}

/* One call into or out of the pipe: the number of bytes, 0 at the end. The pipe itself never makes it wait. */
static size_t move_once(int from, int to, int socket, short events, size_t length, unsigned flags)
{
    for (;;) {
        ssize_t n = splice(from, NULL, to, NULL, length, SPLICE_F_MOVE | flags);
        if (n >= 0)
            return (size_t)n;
        if (!again(socket, events))
            fail("splice");
    }
}

static size_t least(uint64_t left) { return left < STEP_BYTES ? (size_t)left : STEP_BYTES; }

static void ended_early(void)
{
    fputs("relay: a connection ended in the middle of a message\n", stderr);
    exit(EXIT_FAILURE);
}

static void splice_body(int source, int sink, const int *pipe_ends, uint64_t left)
{
    while (left > 0) {
        size_t held = move_once(source, pipe_ends[1], source, POLLIN, least(left), 0);
        if (held == 0)
            ended_early();
        left -= held;
        while (held > 0)
            held -= move_once(pipe_ends[0], sink, sink, POLLOUT, held, left > 0 ? SPLICE_F_MORE : 0);
    }
}

static void copy_body(int source, int sink, void *buffer, uint64_t left)
{
    while (left > 0) {
        size_t n = receive(source, buffer, least(left));
        if (n == 0)
            ended_early();
        left -= n;
        send_whole(sink, buffer, n, 0);
    }
}

static struct sockaddr_in address(const char *host, const char *port)
{
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    if (*port == 0 || *end != 0 || number > 65535 || inet_pton(AF_INET, host, &there.sin_addr) != 1) {
        fprintf(stderr, "relay: no address: %s %s\n", host, port);
        exit(EXIT_FAILURE);
    }
    return there;
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd, "socket");
    return fd;
}

static void without_delay(int fd)
{
    int on = 1;
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
}

static int listen_on(const char *host)
{
    struct sockaddr_in here = address(host, "0");
    socklen_t size = sizeof here;
    int fd = new_socket();
    check(bind(fd, (struct sockaddr *)&here, size), "bind");
    check(listen(fd, 8), "listen");
    check(getsockname(fd, (struct sockaddr *)&here, &size), "getsockname");
    printf("listening on %d\n", ntohs(here.sin_port));
    if (fflush(stdout) != 0)
        fail("stdout");
    return fd;
}

int main(int count, char **arguments)
{
    if (count != 5 || (strcmp(arguments[1], "splice") != 0 && strcmp(arguments[1], "copy") != 0)) {
        fputs("Usage: relay splice|copy LISTEN-ADDRESS NEXT-ADDRESS NEXT-PORT\n", stderr);
        return 2;
    }
    bool splicing = strcmp(arguments[1], "splice") == 0;
    struct sockaddr_in next = address(arguments[3], arguments[4]);
    int pipe_ends[2];
    check(pipe2(pipe_ends, O_CLOEXEC), "pipe2");
    /* Where the limits of this user do not allow it, the pipe keeps its size. */
    if (fcntl(pipe_ends[1], F_SETPIPE_SZ, PIPE_BYTES) < 0 && errno != EPERM)
        fail("F_SETPIPE_SZ");
    char *buffer = malloc(STEP_BYTES);
    if (buffer == NULL)
        fail("malloc");
    memset(buffer, 1, STEP_BYTES);

    int listener = listen_on(arguments[2]);
    for (;;) {
        int source = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (source < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        check(source, "accept4");
        int sink = new_socket();
        check(connect(sink, (struct sockaddr *)&next, sizeof next), "connect");
        without_delay(source);
        without_delay(sink);
        uint64_t head;
        while (receive_whole(source, &head, sizeof head)) {
            uint64_t length = be64toh(head);
            send_whole(sink, &head, sizeof head, length > 0 ? MSG_MORE : 0);
            if (splicing)
                splice_body(source, sink, pipe_ends, length);
            else
                copy_body(source, sink, buffer, length);
            char receipt;
            if (!receive_whole(sink, &receipt, 1))
                ended_early();
            send_whole(source, &receipt, 1, 0);
        }
        check(close(source), "close");
        check(close(sink), "close");
    }
}
