/* The report channel: frames to the worker on the container's standard output. */
#ifndef REPORT_H
#define REPORT_H
#include <stddef.h>
#include <stdint.h>

enum { PROTOCOL = 4 };

/* Exit codes of the runner itself; for people who look at the container, the worker does not judge by them. */
enum { LOST_WORKER = 3, BROKEN = 4 };

/* Where the start of the program failed; the worker has the same list. */
enum stage { FORK = 1, LIMITS, IDENTITY, FILTER, WORK_DIR, LINKS, STDIN, STDIO, EXEC };

struct failure {
    unsigned char stage;
    int32_t error;
};

_Noreturn void die(int code, const char *why);

/* Writes a big-endian number; returns how many bytes that took. */
size_t put(unsigned char *to, uint64_t value, size_t bytes);

/* Nanoseconds on a clock that only goes forward. */
uint64_t now_ns(void);

/* Sends all of a frame, after those held; waits as long as the worker lives, and ends the sandbox when it does not. */
void send_frame(char type, const void *payload, uint32_t length);

/* Has a frame go with the next one that is sent, or with send_held(); one that is too long for that goes at once. */
void hold_frame(char type, const void *payload, uint32_t length);

/* The same for the start of a step, which is now; the frame says how long it was held. */
void hold_start(char type);

void send_held(void);

void report_ready(void);
void report_fault(struct failure failure);
#endif
