#define _GNU_SOURCE
#include "compile.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* Below /tmp, so that what is built counts towards the one disk limit; the worker has the same path. */
static const char BUILD[] = "/tmp/build";

pid_t launch_compiler(const struct spec *spec, struct outputs *outputs) {
    struct step step = {
        .argv = spec->compile_argv,
        .env = spec->compile_env,
        .input = "/dev/null",
        .build_dir = BUILD,
        .first = 1,
        .one_stream = 1,
    };
    return launch(spec, &step, outputs);
}

void end_leftovers(void) {
    pid_t pid = fork();
    if (pid < 0) die(BROKEN, "fork");
    if (pid == 0) {
        /* Without CAP_KILL it takes their user id to end them; as the effective one alone it gives them no hold on us. */
        if (setresuid(0, PROGRAM_ID, 0) == 0) kill(-1, SIGKILL);
        _exit(0);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}
