#define _GNU_SOURCE
#include "spec.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "glob.h"
#include "report.h"

enum { MAX_SPEC = 16 << 20, MAX_STRINGS = 65536 };

struct reader {
    const unsigned char *at, *end;
};

static void bad_spec(const char *why) {
    errno = EPROTO;
    die(BROKEN, why);
}

static uint64_t take(struct reader *in, size_t bytes) {
    uint64_t value = 0;
    if ((size_t) (in->end - in->at) < bytes) bad_spec("spec too short");
    while (bytes--) value = value << 8 | *in->at++;
    return value;
}

static char **take_strings(struct reader *in) {
    uint32_t count = take(in, 4);
    if (count > MAX_STRINGS) bad_spec("too many strings");
    char **strings = calloc(count + 1, sizeof *strings);
    if (!strings) die(BROKEN, "memory");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = take(in, 4);
        if ((size_t) (in->end - in->at) < length) bad_spec("string too long");
        if (memchr(in->at, 0, length)) bad_spec("NUL in a string");
        strings[i] = strndup((const char *) in->at, length);
        if (!strings[i]) die(BROKEN, "memory");
        in->at += length;
    }
    return strings;
}

static void read_fully(void *to, size_t length) {
    for (char *at = to; length > 0 && !told;) { /* told: the spec is not used */
        struct pollfd fd = {STDIN_FILENO, POLLIN, 0};
        if (ppoll(&fd, 1, NULL, &awake) < 0) {
            if (errno != EINTR) die(LOST_WORKER, "poll");
            continue;
        }
        ssize_t n = read(STDIN_FILENO, at, length);
        if (n == 0) _exit(LOST_WORKER);
        if (n < 0) die(LOST_WORKER, "control channel");
        at += n, length -= n;
    }
}

static void check_names(const struct spec *spec) {
    if (!spec->argv[0] || spec->argv[0][0] != '/') bad_spec("the executable must be absolute");
    if (spec->compile_argv[0] && spec->compile_argv[0][0] != '/') bad_spec("the compiler must be absolute");
    for (char **name = spec->links; *name; name++)
        if (!**name || strchr(*name, '/') || !strcmp(*name, ".") || !strcmp(*name, "..")) bad_spec("a link's name");
}

static void take_artifacts(struct reader *in, struct artifact_spec *artifacts) {
    artifacts->patterns = take_strings(in);
    artifacts->total_cap = take(in, 8);
    artifacts->file_cap = take(in, 8);
    artifacts->file_count = take(in, 4);
    artifacts->depth = take(in, 4);
    artifacts->millis = take(in, 4);
    int count = 0;
    for (struct pattern parsed; artifacts->patterns[count]; count++)
        if (count == MAX_PATTERNS || !pattern_parse(&parsed, artifacts->patterns[count])) bad_spec("a pattern");
}

int read_spec(struct spec *spec) {
    unsigned char head[4];
    read_fully(head, sizeof head);
    uint32_t length = take(&(struct reader){head, head + 4}, 4);
    if (told) return 0;
    if (length > MAX_SPEC) bad_spec("spec too long");
    unsigned char *body = malloc(length);
    if (!body) die(BROKEN, "memory");
    read_fully(body, length);
    if (told) return 0;
    struct reader in = {body, body + length};
    if (take(&in, 2) != PROTOCOL) bad_spec("another protocol");
    spec->out_cap = take(&in, 8);
    spec->err_cap = take(&in, 8);
    spec->rlimit_count = take(&in, 4);
    if (spec->rlimit_count > MAX_RLIMITS) bad_spec("too many rlimits");
    for (uint32_t i = 0; i < spec->rlimit_count; i++) {
        spec->rlimits[i].resource = take(&in, 4);
        spec->rlimits[i].value = take(&in, 8);
    }
    spec->argv = take_strings(&in);
    spec->env = take_strings(&in);
    spec->links = take_strings(&in);
    spec->compile_argv = take_strings(&in);
    spec->compile_env = take_strings(&in);
    spec->compile_cap = take(&in, 8);
    take_artifacts(&in, &spec->artifacts);
    if (in.at != in.end) bad_spec("bytes after the spec");
    check_names(spec);
    free(body);
    return 1;
}
