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

static void await_control(const int *watched, void (*idle)(void)) {
    struct pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {*watched, POLLIN, 0}};
    int n = ppoll(fds, 2, NULL, &awake);
    if (n < 0 && errno != EINTR) die(LOST_WORKER, "poll");
    if (n < 0 || fds[1].revents) idle();
    if (n > 0 && fds[0].revents) return;
}

/* Returns 0 when told to stop before all of it was there. */
static int read_fully(void *to, size_t length, const int *watched, void (*idle)(void)) {
    char *at = to;
    while (length > 0 && !told) {
        struct pollfd fd = {STDIN_FILENO, POLLIN, 0};
        if (poll(&fd, 1, 0) < 1) {
            await_control(watched, idle);
            continue;
        }
        ssize_t n = read(STDIN_FILENO, at, length);
        if (n == 0) _exit(LOST_WORKER);
        if (n < 0) die(LOST_WORKER, "control channel");
        at += n, length -= n;
    }
    return length == 0;
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

static uint32_t take_rlimits(struct reader *in, struct rlimit_spec *rlimits) {
    uint32_t count = take(in, 4);
    if (count > MAX_RLIMITS) bad_spec("too many rlimits");
    for (uint32_t i = 0; i < count; i++) {
        rlimits[i].resource = take(in, 4);
        rlimits[i].value = take(in, 8);
    }
    return count;
}

static void take_preparation(struct reader *in, struct preparation *preparation) {
    preparation->rlimit_count = take_rlimits(in, preparation->rlimits);
    preparation->argv = take_strings(in);
    preparation->env = take_strings(in);
    if (!preparation->argv[0] || preparation->argv[0][0] != '/') bad_spec("the interpreter must be absolute");
}

static void take_job(struct reader *in, struct spec *spec) {
    spec->out_cap = take(in, 8);
    spec->err_cap = take(in, 8);
    spec->rlimit_count = take_rlimits(in, spec->rlimits);
    spec->argv = take_strings(in);
    spec->env = take_strings(in);
    spec->links = take_strings(in);
    spec->compile_argv = take_strings(in);
    spec->compile_env = take_strings(in);
    spec->compile_cap = take(in, 8);
    take_artifacts(in, &spec->artifacts);
    spec->handover = take_strings(in);
    check_names(spec);
}

enum message read_message(struct preparation *preparation, struct spec *spec, const int *watched, void (*idle)(void)) {
    unsigned char head[4];
    if (!read_fully(head, sizeof head, watched, idle)) return NOTHING;
    uint32_t length = take(&(struct reader){head, head + 4}, 4);
    if (length > MAX_SPEC) bad_spec("message too long");
    unsigned char *body = malloc(length);
    if (!body) die(BROKEN, "memory");
    if (!read_fully(body, length, watched, idle)) return NOTHING;
    struct reader in = {body, body + length};
    if (take(&in, 2) != PROTOCOL) bad_spec("another protocol");
    enum message kind = take(&in, 1);
    if (kind == PREPARE) take_preparation(&in, preparation);
    else if (kind == JOB) take_job(&in, spec);
    else bad_spec("a message of another kind");
    if (in.at != in.end) bad_spec("bytes after the message");
    free(body);
    return kind;
}
