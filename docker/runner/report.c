#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { READ_ALL = 3, LOG_LINE = 256, FRAME_HEAD = 5 };

_Noreturn void die(int code, const char *why) {
    dprintf(STDERR_FILENO, "kiln-runner: %s: %s\n", why, strerror(errno));
    _exit(code);
}

/* Waits until the report channel takes more, but not for longer than the worker lives. */
static void await_writable(void) {
    struct pollfd fds[2] = {{STDOUT_FILENO, POLLOUT, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) die(LOST_WORKER, "poll");
    if (fds[1].revents) _exit(LOST_WORKER); /* the end, or words out of turn: either way nobody sane is listening */
}

/* Frames that are to go with the next ones: each write wakes the engine and the worker. */
static unsigned char held[4096];
static size_t held_length;

/* Where in it the age of a start is to be said, and since when it is held. */
static unsigned char *age;
static uint64_t held_since;

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void write_all(struct iovec *parts, int count) {
    int first = 0;
    while (first < count) {
        ssize_t n = writev(STDOUT_FILENO, parts + first, count - first);
        if (n < 0 && errno == EAGAIN) await_writable();
        else if (n < 0 && errno != EINTR) die(LOST_WORKER, "report");
        for (; n > 0 && first < count && (size_t) n >= parts[first].iov_len; first++) n -= parts[first].iov_len;
        while (first < count && parts[first].iov_len == 0) first++;
        if (n > 0) {
            parts[first].iov_base = (char *) parts[first].iov_base + n;
            parts[first].iov_len -= n;
        }
    }
}

static struct iovec take_held(void) {
    struct iovec all = {held, held_length};
    if (age) put(age, (now_ns() - held_since) / 1000, 4);
    age = NULL;
    held_length = 0;
    return all;
}

void send_frame(char type, const void *payload, uint32_t length) {
    unsigned char head[FRAME_HEAD] = {type, length >> 24, length >> 16, length >> 8, length};
    struct iovec parts[] = {take_held(), {head, sizeof head}, {(void *) payload, length}};
    write_all(parts, 3);
}

void send_held(void) {
    struct iovec all = take_held();
    write_all(&all, all.iov_len > 0);
}

void hold_frame(char type, const void *payload, uint32_t length) {
    if (length + FRAME_HEAD > sizeof held - held_length) {
        send_frame(type, payload, length);
        return;
    }
    held[held_length] = type;
    held_length += 1 + put(held + held_length + 1, length, 4);
    memcpy(held + held_length, payload, length);
    held_length += length;
}

void hold_start(char type) {
    send_held();
    held_since = now_ns();
    hold_frame(type, (unsigned char[4]){0}, 4);
    age = held + held_length - 4;
}

size_t put(unsigned char *to, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) to[i] = value >> (8 * (bytes - 1 - i));
    return bytes;
}

static size_t put_text(unsigned char *to, const char *text, size_t length) {
    put(to, length, 2);
    memcpy(to + 2, text, length);
    return 2 + length;
}

void report_ready(void) {
    unsigned char frame[1024];
    static char log[1 << 16];
    struct utsname kernel;
    if (uname(&kernel) < 0) die(BROKEN, "uname");
    int n = klogctl(READ_ALL, log, sizeof log);
    size_t line = n > 0 ? strcspn(log, "\n") : 0;
    size_t at = put(frame, PROTOCOL, 2);
    at += put_text(frame + at, kernel.release, strlen(kernel.release));
    at += put_text(frame + at, log, line < LOG_LINE ? line : LOG_LINE);
    send_frame('R', frame, at);
}

void report_fault(struct failure failure) {
    unsigned char frame[5] = {failure.stage};
    put(frame + 1, failure.error, 4);
    send_frame('F', frame, sizeof frame);
}
