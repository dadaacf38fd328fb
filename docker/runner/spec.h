/* What the worker wants: the one message of the control channel. */
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

struct spec {
    uint64_t out_cap, err_cap;
    uint32_t rlimit_count;
    struct rlimit_spec rlimits[MAX_RLIMITS];
    char **argv, **env, **links;
    char **compile_argv, **compile_env; /* no compile step where argv has no first */
    uint64_t compile_cap;
    struct artifact_spec artifacts; /* without a pattern: none are asked for */
};

/* The signal by which somebody outside is stopping this sandbox; 0 when nobody is. */
extern volatile sig_atomic_t told;

/* The signal mask while waiting; elsewhere SIGCHLD and SIGTERM are held back. */
extern sigset_t awake;

/* Waits for the spec and checks it. Returns 0 when told to stop; ends the sandbox when the worker is gone or talks nonsense. */
int read_spec(struct spec *spec);
#endif
