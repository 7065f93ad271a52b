/*
 * The client of a benchmark: HTTP/1.1 over kept connections. One thread, epoll.
 *
 *   load ADDRESS PORT [-c CONNECTIONS] [-s SECONDS] [-n REQUESTS] [-r RATE] [-m METHOD] [-b BODY] [-a ANSWER] [-H HEADER]...
 *   load ADDRESS PORT -c CONNECTIONS -i SECONDS
 *
 * Sends METHOD /ANSWER with BODY bytes and expects 200 with ANSWER bytes. Without a rate each connection sends the next
 * request when its answer is complete. With one, RATE requests a second are due at even intervals, whether or not earlier ones
 * are answered: a latency counts from the moment the request was due, so that a stall is seen by every request it delays.
 * -i sends one request on each connection and then holds them all idle for that long, saying "idle" when it begins.
 *
 * Prints one line of name=value: requests, seconds, and latencies in microseconds. Any other answer ends it with exit code 1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/timerfd.h>

#include "common.h"

#define BLOCK (256 * 1024)
#define HEADERS_MAX 2048

struct connection {
    int fd;
    int busy;
    size_t in_head;
    int64_t answer_left; /* -1 while the head is incomplete */
    size_t unsent;       /* of the request: head and body */
    int wants_write;
    int64_t due;
    char head[HEAD_MAX];
};

static struct sockaddr_in address;
static const char *method = "GET";
static char headers[HEADERS_MAX];
static int64_t body = 0, answer = 1024, most = INT64_MAX;
static int count = 64;
static char *request;
static size_t request_length;
static char scratch[BLOCK];
static int poll_fd;
static struct connection *connections;
static int *idle;
static int idle_count;
static uint32_t *latencies;
static size_t answered, room;
static int64_t begun;

static void record(int64_t ns) {
    if (answered == room) {
        room = room ? room * 2 : 1 << 20;
        latencies = realloc(latencies, room * sizeof *latencies);
        if (!latencies) die("realloc");
    }
    int64_t us = ns / 1000;
    latencies[answered++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void watch(struct connection *c, int write) {
    if (c->wants_write == write) return;
    struct epoll_event event = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = c};
    if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event) < 0) die("epoll_ctl");
    c->wants_write = write;
}

static void flush(struct connection *c) {
    while (c->unsent > 0) {
        ssize_t n = send(c->fd, request + request_length - c->unsent, c->unsent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (n < 0) die("send");
        c->unsent -= (size_t)n;
    }
    watch(c, c->unsent > 0);
}

static void start(struct connection *c, int64_t due) {
    c->busy = 1;
    c->due = due;
    c->in_head = 0;
    c->answer_left = -1;
    c->unsent = request_length;
    begun++;
    flush(c);
}

/* Returns 1 when the answer is complete. */
static int receive(struct connection *c) {
    for (;;) {
        ssize_t n = c->answer_left < 0 ? recv(c->fd, c->head + c->in_head, HEAD_MAX - c->in_head, 0)
                                       : recv(c->fd, scratch, BLOCK, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
        if (n < 0) die("recv");
        if (n == 0) quit("the server closed a connection");
        if (!c->busy) quit("octets that nobody asked for");
        if (c->answer_left < 0) {
            size_t length = c->in_head + (size_t)n;
            char *end = end_of_head(c->head, length);
            if (!end) {
                if (length == HEAD_MAX) quit("the answer's head is too long");
                c->in_head = length;
                continue;
            }
            if (strncmp(c->head, "HTTP/1.1 200", 12) != 0 || content_length(c->head, end) != answer) {
                fprintf(stderr, "not the answer that was expected: %.*s\n", (int)(end - c->head), c->head);
                exit(1);
            }
            c->answer_left = answer - (int64_t)(length - (size_t)(end - c->head));
        } else {
            c->answer_left -= n;
        }
        if (c->answer_left < 0) quit("an answer is longer than it says");
        if (c->answer_left == 0) {
            record(now_ns() - c->due);
            c->busy = 0;
            return 1;
        }
        if (n < BLOCK) return 0; /* level-triggered: the rest comes with the next event */
    }
}

static void open_connection(struct connection *c) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket");
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    no_delay(c->fd);
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0) die("O_NONBLOCK");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
}

/* Runs until seconds have gone by or all requests are answered; rate 0 is a closed loop. */
static double run(double seconds, double rate) {
    struct epoll_event events[256];
    int64_t started = now_ns(), end = started + (int64_t)(seconds * 1e9), due = started;
    int64_t interval = rate > 0 ? (int64_t)(1e9 / rate) : 0;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) die("timerfd_create");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer, &event) < 0) die("epoll_ctl");
    /* With a rate the timer marks each request that is due, else the end alone. */
    struct itimerspec times = {.it_value = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) + 1}};
    if (interval) times = (struct itimerspec){.it_value = {0, 1}, .it_interval = {interval / 1000000000, interval % 1000000000}};
    if (timerfd_settime(timer, 0, &times, NULL) < 0) die("timerfd_settime");
    idle_count = 0;
    for (int i = 0; i < count; i++) {
        if (interval || begun >= most) {
            idle[idle_count++] = i;
        } else {
            start(&connections[i], now_ns());
        }
    }
    while (now_ns() < end && (int64_t)answered < most) {
        int n = epoll_wait(poll_fd, events, 256, 1000);
        if (n < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timerfd");
                continue;
            }
            if (events[i].events & EPOLLOUT) flush(c);
            if ((events[i].events & ~(uint32_t)EPOLLOUT) && receive(c)) {
                if (interval || begun >= most) {
                    idle[idle_count++] = (int)(c - connections);
                } else {
                    start(c, now_ns());
                }
            }
        }
        for (int64_t now = now_ns(); interval && due <= now && due < end && idle_count > 0; due += interval) {
            start(&connections[idle[--idle_count]], due);
        }
    }
    close(timer);
    return (double)(now_ns() - started) / 1e9;
}

/* One request on each connection, few at a time: a limit on descriptors at the proxy must hold both of its sides. */
static void ask_on_each(void) {
    struct epoll_event events[256];
    for (int opened = 0; opened < count;) {
        for (int batch = 0; batch < 100 && opened < count; batch++, opened++) {
            open_connection(&connections[opened]);
            start(&connections[opened], now_ns());
        }
        while ((int64_t)answered < begun) {
            int n = epoll_wait(poll_fd, events, 256, 10000);
            if (n == 0) quit("no answer for 10 s");
            for (int i = 0; i < n; i++) {
                struct connection *c = events[i].data.ptr;
                if (events[i].events & EPOLLOUT) flush(c);
                if (events[i].events & ~(uint32_t)EPOLLOUT) receive(c);
            }
        }
    }
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void print(double seconds) {
    if (answered == 0) quit("no request was answered");
    qsort(latencies, answered, sizeof *latencies, by_value);
    printf("requests=%zu seconds=%.6f p50=%u p99=%u p999=%u max=%u\n", answered, seconds, latencies[answered / 2],
           latencies[(size_t)((double)answered * 0.99)], latencies[(size_t)((double)answered * 0.999)],
           latencies[answered - 1]);
}

static void write_request(void) {
    char head[HEADERS_MAX + 512], length[64] = "";
    if (body > 0) snprintf(length, sizeof length, "Content-Length: %lld\r\n", (long long)body);
    int n = snprintf(head, sizeof head, "%s /%lld HTTP/1.1\r\nHost: bench.local\r\n%s%s\r\n", method, (long long)answer,
                     length, headers);
    request_length = (size_t)n + (size_t)body;
    request = malloc(request_length);
    if (!request) die("malloc");
    memcpy(request, head, (size_t)n);
    memset(request + n, '0', (size_t)body);
}

int main(int argument_count, char **arguments) {
    const char *usage = "usage: load ADDRESS PORT [-c N] [-s S] [-n N] [-r RATE] [-m METHOD] [-b BYTES] [-a BYTES] [-H HEADER] [-i S]";
    if (argument_count < 3 || argument_count % 2 == 0) quit(usage);
    address = address_of(arguments[1], arguments[2]);
    double seconds = 1e9, rate = 0, held = 0;
    for (int i = 3; i < argument_count; i += 2) {
        const char *value = arguments[i + 1];
        size_t used = strlen(headers);
        switch (arguments[i][0] == '-' ? arguments[i][1] : 0) {
            case 'c': count = atoi(value); break;
            case 's': seconds = atof(value); break;
            case 'n': most = atoll(value); break;
            case 'r': rate = atof(value); break;
            case 'm': method = value; break;
            case 'b': body = atoll(value); break;
            case 'a': answer = atoll(value); break;
            case 'i': held = atof(value); break;
            case 'H':
                if (used + strlen(value) + 3 > sizeof headers) quit("too many headers");
                snprintf(headers + used, sizeof headers - used, "%s\r\n", value);
                break;
            default: quit(usage);
        }
    }
    raise_descriptor_limit();
    write_request();
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc((size_t)count, sizeof *connections);
    idle = calloc((size_t)count, sizeof *idle);
    if (poll_fd < 0 || !connections || !idle) die("start");
    if (held > 0) {
        int64_t started = now_ns();
        ask_on_each();
        print((double)(now_ns() - started) / 1e9);
        puts("idle");
        fflush(stdout);
        usleep((useconds_t)(held * 1e6));
        return 0;
    }
    for (int i = 0; i < count; i++) {
        open_connection(&connections[i]);
    }
    print(run(seconds, rate));
    return 0;
}
