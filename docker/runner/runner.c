/*
 * kiln-runner: PID 1 of every sandbox. It starts one program as an unprivileged user and reports what came of it.
 *
 * It is root inside the sandbox with CAP_SETUID and CAP_SETGID alone; the program is uid 1000 without any. So the kernel
 * itself keeps the program from this process and from its report channel: no signal, no ptrace, no /proc/1/mem or fd.
 *
 *   stdin   control channel: one job spec, then silence. Its end means that the worker is gone: exit, and with PID 1
 *           everything in the sandbox.
 *   stdout  report channel: frames of 1 byte type, 4 bytes big-endian length, payload
 *   stderr  diagnostics of the platform; the program's own streams are pipes that end here
 *
 * Frames:  R ready     u16 protocol, u16+bytes kernel release, u16+bytes first line of the kernel log ("" if refused)
 *          S started   empty; sent when execve has succeeded
 *          F fault     u8 stage, u32 errno: the program could not be started
 *          O, E        bytes of its stdout, stderr, up to the caps of the spec
 *          C counts    u64 out, u64 err: bytes produced so far, sent now and then once a cap is passed
 *          X ended     u32 wait status, u64 wall ns, u64 user us, u64 system us, u64 out, u64 err (bytes produced)
 *          T told      u8 signal: somebody outside is stopping this sandbox
 *
 * Spec:    u32 length of what follows, u16 protocol, u64 cap of stdout, u64 cap of stderr,
 *          u32 n, n x (u32 rlimit, u64 soft = hard), u32 n, n x (u32+bytes) argv, the same for env,
 *          the same for the names in /job/files that the work directory links to
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROTOCOL = 1, PROGRAM_ID = 1000, MAX_SPEC = 16 << 20, MAX_STRINGS = 65536, MAX_RLIMITS = 16, CHUNK = 65536 };
enum { COUNTS_EVERY_NS = 100 * 1000 * 1000, LOST_WORKER = 3, BAD_SPEC = 4 };
enum stage { FORK = 1, LIMITS, IDENTITY, WORK_DIR, LINKS, STDIN, STDIO, EXEC };

static const char WORK[] = "/tmp/work";

struct stream { int fd; char type; uint64_t cap, produced; };
struct rlimit_spec { uint32_t resource; uint64_t value; };
struct spec {
    uint64_t out_cap, err_cap;
    uint32_t rlimit_count;
    struct rlimit_spec rlimits[MAX_RLIMITS];
    char **argv, **env, **links;
};
struct reader { const unsigned char *at, *end; };
struct failure { unsigned char stage; int32_t error; };

static struct stream out = {-1, 'O', 0, 0}, err = {-1, 'E', 0, 0};
static volatile sig_atomic_t told;
static sigset_t awake; /* the signal mask while waiting; elsewhere SIGCHLD and SIGTERM are held back */

static void die(int code, const char *why) {
    dprintf(STDERR_FILENO, "kiln-runner: %s: %s\n", why, strerror(errno));
    _exit(code);
}

/* ---- report channel ------------------------------------------------------------------------------------------- */

/* Waits until the report channel takes more, but not for longer than the worker lives. */
static void await_writable(void) {
    struct pollfd fds[2] = {{STDOUT_FILENO, POLLOUT, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) die(LOST_WORKER, "poll");
    if (fds[1].revents) _exit(LOST_WORKER); /* the end, or words out of turn: either way nobody sane is listening */
}

static void send_frame(char type, const void *payload, uint32_t length) {
    unsigned char head[5] = {type, length >> 24, length >> 16, length >> 8, length};
    struct iovec parts[2] = {{head, sizeof head}, {(void *) payload, length}};
    int first = 0;
    while (first < 2) {
        ssize_t n = writev(STDOUT_FILENO, parts + first, 2 - first);
        if (n < 0 && errno == EAGAIN) await_writable();
        else if (n < 0 && errno != EINTR) die(LOST_WORKER, "report");
        for (; n > 0 && first < 2 && (size_t) n >= parts[first].iov_len; first++) n -= parts[first].iov_len;
        if (first < 2 && parts[first].iov_len == 0) first++;
        if (n > 0) {
            parts[first].iov_base = (char *) parts[first].iov_base + n;
            parts[first].iov_len -= n;
        }
    }
}

static size_t put(unsigned char *to, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) to[i] = value >> (8 * (bytes - 1 - i));
    return bytes;
}

static size_t put_text(unsigned char *to, const char *text, size_t length) {
    put(to, length, 2);
    memcpy(to + 2, text, length);
    return 2 + length;
}

static void report_ready(void) {
    unsigned char frame[1024];
    static char log[1 << 16];
    struct utsname kernel;
    if (uname(&kernel) < 0) die(BAD_SPEC, "uname");
    int n = klogctl(3 /* read all */, log, sizeof log);
    size_t line = n > 0 ? strcspn(log, "\n") : 0;
    size_t at = put(frame, PROTOCOL, 2);
    at += put_text(frame + at, kernel.release, strlen(kernel.release));
    at += put_text(frame + at, log, line < 256 ? line : 256);
    send_frame('R', frame, at);
}

static void report_fault(struct failure failure) {
    unsigned char frame[5] = {failure.stage};
    put(frame + 1, failure.error, 4);
    send_frame('F', frame, sizeof frame);
}

/* ---- spec ------------------------------------------------------------------------------------------------------- */

static void bad_spec(const char *why) {
    errno = EPROTO;
    die(BAD_SPEC, why);
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
    if (!strings) die(BAD_SPEC, "memory");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = take(in, 4);
        if ((size_t) (in->end - in->at) < length) bad_spec("string too long");
        if (memchr(in->at, 0, length)) bad_spec("NUL in a string");
        strings[i] = strndup((const char *) in->at, length);
        if (!strings[i]) die(BAD_SPEC, "memory");
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
    for (char **name = spec->links; *name; name++)
        if (!**name || strchr(*name, '/') || !strcmp(*name, ".") || !strcmp(*name, "..")) bad_spec("a link's name");
}

static void read_spec(struct spec *spec) {
    unsigned char head[4];
    read_fully(head, sizeof head);
    uint32_t length = take(&(struct reader){head, head + 4}, 4);
    if (told) return;
    if (length > MAX_SPEC) bad_spec("spec too long");
    unsigned char *body = malloc(length);
    if (!body) die(BAD_SPEC, "memory");
    read_fully(body, length);
    if (told) return;
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
    if (in.at != in.end) bad_spec("bytes after the spec");
    check_names(spec);
    free(body);
}

/* ---- the program ------------------------------------------------------------------------------------------------ */

static int drop_identity(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    if (setgroups(0, NULL) || setresgid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID)) return -1;
    if (setresuid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID)) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
    /* EINVAL: a kernel without ambient capabilities has none to clear. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL) return -1;
    return syscall(SYS_capset, &header, none);
}

static int link_files(char **names) {
    char target[512];
    for (char **name = names; *name; name++) {
        if (snprintf(target, sizeof target, "/job/files/%s", *name) >= (int) sizeof target) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (symlink(target, *name)) return -1;
    }
    return 0;
}

static void start_program(const struct spec *spec, int out_fd, int err_fd, int failure_fd) {
    struct failure failure = {.stage = LIMITS};
    sigset_t none;
    sigemptyset(&none);
    setsid();
    for (uint32_t i = 0; i < spec->rlimit_count; i++) {
        struct rlimit limit = {spec->rlimits[i].value, spec->rlimits[i].value};
        if (setrlimit(spec->rlimits[i].resource, &limit)) goto failed;
    }
    failure.stage = IDENTITY;
    if (drop_identity()) goto failed;
    failure.stage = WORK_DIR;
    umask(022);
    if (mkdir(WORK, 0755) || chdir(WORK)) goto failed;
    failure.stage = LINKS;
    if (link_files(spec->links)) goto failed;
    failure.stage = STDIN;
    int in_fd = open("/job/stdin", O_RDONLY | O_CLOEXEC);
    if (in_fd < 0) goto failed;
    failure.stage = STDIO;
    if (dup2(in_fd, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0) goto failed;
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    if (sigprocmask(SIG_SETMASK, &none, NULL)) goto failed;
    failure.stage = EXEC;
    execve(spec->argv[0], spec->argv, spec->env);
failed:
    failure.error = errno;
    if (write(failure_fd, &failure, sizeof failure) != sizeof failure) _exit(LOST_WORKER);
    _exit(0);
}

/* Returns the program's pid once it runs; reports a fault and returns 0 when it cannot. */
static pid_t launch(const struct spec *spec) {
    int out_pipe[2], err_pipe[2], failure_pipe[2];
    struct failure failure = {.stage = FORK};
    if (pipe2(out_pipe, O_CLOEXEC) || pipe2(err_pipe, O_CLOEXEC) || pipe2(failure_pipe, O_CLOEXEC)) die(BAD_SPEC, "pipe");
    pid_t pid = fork();
    if (pid == 0) start_program(spec, out_pipe[1], err_pipe[1], failure_pipe[1]);
    failure.error = errno;
    close(out_pipe[1]), close(err_pipe[1]), close(failure_pipe[1]);
    ssize_t n = pid < 0 ? (ssize_t) sizeof failure : 0;
    /* The pipe closes on exec: nothing to read means that the program runs (or was killed on the way, which wait tells). */
    while (pid > 0 && (n = read(failure_pipe[0], &failure, sizeof failure)) < 0 && errno == EINTR) continue;
    close(failure_pipe[0]);
    if (n != 0) {
        report_fault(failure);
        return 0;
    }
    out = (struct stream){out_pipe[0], 'O', spec->out_cap, 0};
    err = (struct stream){err_pipe[0], 'E', spec->err_cap, 0};
    if (fcntl(out.fd, F_SETFL, O_NONBLOCK) || fcntl(err.fd, F_SETFL, O_NONBLOCK)) die(BAD_SPEC, "fcntl");
    send_frame('S', NULL, 0);
    return pid;
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void report_counts(void) {
    static uint64_t last;
    unsigned char frame[16];
    if ((out.produced <= out.cap && err.produced <= err.cap) || (last && now_ns() - last < COUNTS_EVERY_NS)) return;
    last = now_ns();
    put(frame, out.produced, 8);
    put(frame + 8, err.produced, 8);
    send_frame('C', frame, sizeof frame);
}

/* Takes at most `most` bytes from a stream and passes on what is below its cap; returns how many, 0 when there are none. */
static size_t pump(struct stream *stream, size_t most) {
    static unsigned char buffer[CHUNK];
    if (stream->fd < 0) return 0;
    ssize_t n = read(stream->fd, buffer, most < CHUNK ? most : CHUNK);
    if (n == 0) {
        close(stream->fd);
        stream->fd = -1;
    }
    if (n <= 0) return 0;
    uint64_t room = stream->produced < stream->cap ? stream->cap - stream->produced : 0;
    stream->produced += n;
    if (room > 0) send_frame(stream->type, buffer, (uint64_t) n < room ? (uint64_t) n : room);
    report_counts();
    return n;
}

/*
 * Takes what the program had written when it ended. No more: a child that lives on may hold the pipe open and keep
 * writing, and must not delay the verdict.
 */
static void drain(struct stream *stream) {
    int waiting = 0;
    if (stream->fd < 0 || ioctl(stream->fd, FIONREAD, &waiting) < 0) return;
    while (waiting > 0) {
        size_t n = pump(stream, waiting);
        if (n == 0) return;
        waiting -= n;
    }
}

static uint64_t micros(struct timeval time) {
    return time.tv_sec * 1000000ull + time.tv_usec;
}

static void report_end(int status, uint64_t wall_ns) {
    unsigned char frame[44];
    struct rusage used;
    drain(&out);
    drain(&err);
    if (getrusage(RUSAGE_CHILDREN, &used)) die(BAD_SPEC, "getrusage");
    size_t at = put(frame, status, 4);
    at += put(frame + at, wall_ns, 8);
    at += put(frame + at, micros(used.ru_utime), 8);
    at += put(frame + at, micros(used.ru_stime), 8);
    at += put(frame + at, out.produced, 8);
    at += put(frame + at, err.produced, 8);
    send_frame('X', frame, at);
}

/* Reaps whatever has ended, orphans too; returns whether `program` was among them. */
static int reap(pid_t program, int *status) {
    int ended = 0, each;
    for (pid_t pid; (pid = waitpid(-1, &each, WNOHANG)) > 0;)
        if (pid == program) *status = each, ended = 1;
    return ended;
}

/* Serves until the worker closes the control channel, which ends the sandbox, or somebody else ends it. */
static void serve(pid_t program) {
    uint64_t started = now_ns();
    for (int status; !told;) {
        struct pollfd fds[3] = {{STDIN_FILENO, POLLIN, 0}, {out.fd, POLLIN, 0}, {err.fd, POLLIN, 0}};
        int n = ppoll(fds, 3, NULL, &awake);
        if (n < 0 && errno != EINTR) die(LOST_WORKER, "poll");
        if (n > 0 && fds[0].revents) _exit(LOST_WORKER);
        if (n > 0 && fds[1].revents) pump(&out, CHUNK);
        if (n > 0 && fds[2].revents) pump(&err, CHUNK);
        if (reap(program, &status)) {
            uint64_t wall = now_ns() - started;
            report_end(status, wall);
            /* A child left behind that still writes gets SIGPIPE. */
            if (out.fd >= 0) close(out.fd);
            if (err.fd >= 0) close(err.fd);
            out.fd = err.fd = -1;
        }
    }
}

static void on_child(int signal_number) {
    (void) signal_number;
}

static void on_term(int signal_number) {
    told = signal_number;
}

static void prepare(void) {
    struct sigaction child = {.sa_handler = on_child}, term = {.sa_handler = on_term};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &awake);
    sigdelset(&awake, SIGCHLD);
    sigdelset(&awake, SIGTERM);
    sigaction(SIGCHLD, &child, NULL);
    sigaction(SIGTERM, &term, NULL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (syscall(SYS_close_range, 3, ~0u, 0)) /* not in every kernel; the runtime passes us nothing above the first few */
        for (int fd = 3; fd < 256; fd++) close(fd);
    if (fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK)) die(BAD_SPEC, "fcntl");
}

int main(void) {
    struct spec spec = {0};
    prepare();
    report_ready();
    read_spec(&spec);
    pid_t program = told ? 0 : launch(&spec);
    serve(program);
    send_frame('T', &(unsigned char){told}, 1);
    return 0;
}
