/* What the worker wants: the messages of the control channel. */
#ifndef SPEC_H
#define SPEC_H
#include <signal.h>
#include <stdint.h>

#include "artifacts.h"

enum { MAX_RLIMITS = 16 };

struct rlimit_spec {
    uint32_t resource;
    uint64_t value;
};

/* An interpreter that is started before there is a job. */
struct preparation {
    uint32_t rlimit_count;
    struct rlimit_spec rlimits[MAX_RLIMITS];
    char **argv, **env;
};

struct spec {
    uint64_t out_cap, err_cap;
    uint32_t rlimit_count;
    struct rlimit_spec rlimits[MAX_RLIMITS];
    char **argv, **env, **links;
    char **compile_argv, **compile_env; /* no compile step where argv has no first */
    uint64_t compile_cap;
    struct artifact_spec artifacts; /* without a pattern: none are asked for */
    char **handover; /* what a prepared interpreter is told, its program first; empty: it is not to be used */
};

/* The signal by which somebody outside is stopping this sandbox; 0 when nobody is. */
extern volatile sig_atomic_t told;

/* The signal mask while waiting; elsewhere SIGCHLD and SIGTERM are held back. */
extern sigset_t awake;

enum message { NOTHING, PREPARE, JOB };

/*
 * Waits for the next message and checks it. Returns NOTHING when told to stop; ends the sandbox when the worker is gone or
 * talks nonsense. While it waits it calls `idle` whenever a child may have ended or `watched` (if not negative) is readable.
 */
enum message read_message(struct preparation *preparation, struct spec *spec, const int *watched, void (*idle)(void));
#endif
