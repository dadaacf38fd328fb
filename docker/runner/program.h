/* The program: how it is confined and started. */
#ifndef PROGRAM_H
#define PROGRAM_H
#include <sys/types.h>

#include "spec.h"

/* The ends of the program's output pipes that are ours. */
struct outputs {
    int out, err;
};

/* Starts the program. Returns its pid once execve has succeeded; reports a fault and returns 0 when it has not. */
pid_t launch(const struct spec *spec, struct outputs *outputs);
#endif
