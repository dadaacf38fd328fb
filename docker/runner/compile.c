#include "compile.h"

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
