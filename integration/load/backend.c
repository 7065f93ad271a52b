/*
 * The user's program of a benchmark: an HTTP/1.1 server that costs as little as possible. One thread, epoll.
 *
 *   backend ADDRESS PORT
 *
 * Any method on /N is answered with 200 and N bytes once the request's body, which must have a Content-Length, is read and
 * thrown away. One request at a time on a connection.
 */
#define _GNU_SOURCE
#include "common.h"

#define BLOCK (256 * 1024)

struct connection {
    int fd;
    size_t in_head;      /* octets of an incomplete head */
    int64_t to_discard;  /* of the request's body */
    int64_t answer;      /* bytes to send once the request is complete */
    size_t head_left;    /* of the answer's head, at the end of out */
    int64_t body_left;   /* of the answer's body */
    size_t out_length;
    int wants_write;
    char head[HEAD_MAX];
    char out[256];
};

static char scratch[BLOCK];
static char zeros[BLOCK];
static int poll_fd;

static void watch(struct connection *c, int write) {
    if (c->wants_write == write) return;
    struct epoll_event event = {.events = write ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, c->fd, &event) < 0) die("epoll_ctl");
    c->wants_write = write;
}

static void end(struct connection *c) {
    close(c->fd);
    free(c);
}

/* Sends what is due. 0: all of it is sent; 1: the socket is full; -1: the peer has gone. */
static int flush(struct connection *c) {
    while (c->head_left > 0 || c->body_left > 0) {
        size_t part = c->body_left < BLOCK ? (size_t)c->body_left : BLOCK;
        ssize_t n;
        if (c->head_left > 0) {
            char *from = c->out + c->out_length - c->head_left;
            /* A small answer leaves as one segment. */
            if (c->out_length + part <= sizeof c->out && c->head_left == c->out_length) {
                memset(c->out + c->out_length, '0', part);
                c->out_length += part;
                c->head_left += part;
                c->body_left -= (int64_t)part;
            }
            n = send(c->fd, from, c->head_left, MSG_NOSIGNAL | (c->body_left > 0 ? MSG_MORE : 0));
        } else {
            n = send(c->fd, zeros, part, MSG_NOSIGNAL);
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 1;
        if (n < 0) return -1;
        if (c->head_left > 0) {
            c->head_left -= (size_t)n;
        } else {
            c->body_left -= n;
        }
    }
    return 0;
}

static int answer(struct connection *c) {
    int n = snprintf(c->out, sizeof c->out,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                     "Content-Length: %lld\r\n\r\n",
                     (long long)c->answer);
    c->out_length = c->head_left = (size_t)n;
    c->body_left = c->answer;
    int state = flush(c);
    if (state >= 0) watch(c, state);
    return state;
}

/* A request begins in head. -1: the connection is of no more use. */
static int begin(struct connection *c, size_t length) {
    char *body = end_of_head(c->head, length);
    if (!body) {
        c->in_head = length;
        return length == HEAD_MAX ? -1 : 0;
    }
    char *path = memchr(c->head, '/', (size_t)(body - c->head));
    if (!path) return -1;
    c->answer = strtoll(path + 1, NULL, 10);
    c->in_head = 0;
    c->to_discard = content_length(c->head, body) - (int64_t)(length - (size_t)(body - c->head));
    if (c->to_discard < 0) return -1; /* pipelined */
    return c->to_discard == 0 ? answer(c) : 0;
}

static int advance(struct connection *c) {
    if (c->wants_write) {
        int state = flush(c);
        if (state == 0) watch(c, 0);
        return state;
    }
    for (;;) {
        int in_body = c->to_discard > 0;
        ssize_t n = in_body ? recv(c->fd, scratch, c->to_discard < BLOCK ? (size_t)c->to_discard : BLOCK, 0)
                            : recv(c->fd, c->head + c->in_head, HEAD_MAX - c->in_head, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
        if (n <= 0) return -1;
        if (in_body) {
            c->to_discard -= n;
            return c->to_discard == 0 ? answer(c) : 0;
        }
        return begin(c, c->in_head + (size_t)n);
    }
}

static void take_in(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EINTR) continue;
        if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED)) return;
        if (fd < 0) die("accept");
        no_delay(fd);
        struct connection *c = calloc(1, sizeof *c);
        if (!c) die("calloc");
        c->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
    }
}

int main(int count, char **arguments) {
    if (count != 3) quit("usage: backend ADDRESS PORT");
    raise_descriptor_limit();
    memset(zeros, '0', sizeof zeros);
    struct sockaddr_in address = address_of(arguments[1], arguments[2]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (listener < 0) die("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
    if (listen(listener, 4096) < 0) die("listen");
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0) die("epoll_create1");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll_ctl");
    puts("listening");
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(poll_fd, events, 256, -1);
        if (n < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                take_in(listener);
            } else if (advance(c) < 0) {
                end(c);
            }
        }
    }
}
