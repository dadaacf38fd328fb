/* The program: how it is confined and started. */
#ifndef PROGRAM_H
#define PROGRAM_H
#include <sys/types.h>

#include "spec.h"

/* Whom everything that is not trusted runs as. */
enum { PROGRAM_ID = 1000 };

/* Where the program finds itself. */
extern const char WORK[];

/* The ends of the program's output pipes that are ours. */
struct outputs {
    int out, err;
};

/* Starts the program. Returns its pid once execve has succeeded; reports a fault and returns 0 when it has not. */
pid_t launch(const struct spec *spec, struct outputs *outputs);

/* Become the program's user, for good and with none of root's rights; refuse namespaces. Not 0 when that failed. */
int drop_identity(void);
int install_filter(void);
#endif
