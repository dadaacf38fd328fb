/* The program, and before it its compiler: how they are confined and started. */
#ifndef PROGRAM_H
#define PROGRAM_H
#include <sys/types.h>

#include "spec.h"

/* Whom everything that is not trusted runs as. */
enum { PROGRAM_ID = 1000 };

/* Where the program finds itself. */
extern const char WORK[];

/* What is to be executed, and how that differs between the compiler and the program. */
struct step {
    char **argv, **env;
    const char *input;     /* the file that is its standard input */
    const char *build_dir; /* made before, where there is one */
    int first;             /* no other step was there before */
    int work_dir_may_exist; /* since only a prepared interpreter was there, which does nothing of its own */
    int handover;          /* what becomes its descriptor 3; 0: none */
    int quiet;             /* that it cannot be started is no fault */
    int one_stream;        /* standard error goes the way of standard output */
};

/* The ends of the program's output pipes that are ours. */
struct outputs {
    int out, err;
};

/* Starts the step. Returns its pid once execve has succeeded; returns 0 when it has not, and reports that unless `quiet`. */
pid_t launch(const struct spec *spec, const struct step *step, struct outputs *outputs);

/* Makes links in the current directory to what is in /job/files. Not 0 when that failed. */
int link_files(char **names);

/*
 * Ends whatever the step has left running: the next one starts alone, with all of its process limit, and what is brought
 * out changes no more. Not 0 when some of it will not go.
 */
int end_leftovers(void);

/* Become the program's user, for good and with none of root's rights; refuse namespaces. Not 0 when that failed. */
int drop_identity(void);
int install_filter(void);
#endif
