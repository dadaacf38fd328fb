/*
 * kiln-runner: PID 1 of every sandbox. It starts one program as an unprivileged user and reports what came of it.
 *
 * It is root inside the sandbox with CAP_SETUID and CAP_SETGID alone; the program is uid 1000 without any. So the kernel
 * itself keeps the program from this process and from its report channel: no signal, no ptrace, no /proc/1/mem or fd.
 *
 *   stdin   control channel: perhaps a preparation, then one job, then silence. Its end means that the worker is gone:
 *           exit, and with PID 1 everything in the sandbox.
 *   stdout  report channel: frames of 1 byte type, 4 bytes big-endian length, payload
 *   stderr  diagnostics of the platform; the program's own streams are pipes that end here
 *
 * Frames:  R ready     u16 protocol, u16+bytes kernel release, u16+bytes first line of the kernel log ("" if refused)
 *          W warm      u8: 1 when the prepared interpreter waits for its program; 0 when there is none (any more)
 *          B building  as S, of the compiler, where there is one. O (both of its streams), C and X until the next S are the
 *                      compiler's; S follows if its wait status was 0, else nothing
 *          S started   u32 us since execve has succeeded, or since the prepared interpreter was given the program
 *          F fault     u8 stage, u32 errno: the compiler or the program could not be started
 *          O, E        bytes of its stdout, stderr, up to the caps of the spec
 *          C counts    u64 out, u64 err: bytes produced so far, sent now and then once a cap is passed
 *          X ended     u32 wait status, u64 wall ns, u64 user us, u64 system us, u64 out, u64 err (bytes produced)
 *          A file      path of an artifact; after X alone, as all that follow
 *          b bytes     of that file
 *          D done      u8: 0, or why that file must be left out after all
 *          N left out  u8 why, path
 *          Q collected u64 patterns that matched (bits), u64 files left out in all, u8: 1 when it looked everywhere
 *          T told      u8 signal: somebody outside is stopping this sandbox
 *
 * Each message of the control channel: u32 length of what follows, u16 protocol, u8 kind, and
 *   1 preparation: u32 n, n x (u32 rlimit, u64 soft = hard), u32 n, n x (u32+bytes) argv of an interpreter, the same for env.
 *     It is started as the program would be; writes one byte to its descriptor 3 when it has done all that it can do without
 *     a program; then reads strings from there that end with NUL each, until the end: the program's path and its arguments.
 *     That program it runs, as if it had been started for it.
 *   2 job: u64 cap of stdout, u64 cap of stderr, rlimits, argv and env likewise, the same for the names in /job/files
 *     that the work directory links to, the same for the compiler's argv (n = 0: no compile step) and env,
 *     u64 cap of its output, the same for the patterns of artifacts, u64 their bytes together, u64 bytes of one,
 *     u32 how many, u32 depth, u32 ms for all of it, the strings for the prepared interpreter (n = 0: it is not used)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compile.h"
#include "prepared.h"
#include "program.h"
#include "report.h"
#include "spec.h"

/*
 * How long a start, or output that came after a pause, waits to be sent with what follows: a short program then takes one
 * message in place of three. A stream of which more than MUCH was there is read again as soon as there is more.
 */
enum { CHUNK = 65536, MUCH = 16384, COUNTS_EVERY_NS = 100 * 1000 * 1000, HOLD_NS = 10 * 1000 * 1000 };

struct stream {
    int fd;
    char type;
    uint64_t cap, produced;
};

volatile sig_atomic_t told;
sigset_t awake;

static struct stream out = {-1, 'O', 0, 0}, err = {-1, 'E', 0, 0};

static void report_counts(void) {
    static uint64_t last;
    unsigned char frame[16];
    if ((out.produced <= out.cap && err.produced <= err.cap) || (last && now_ns() - last < COUNTS_EVERY_NS)) return;
    last = now_ns();
    put(frame, out.produced, 8);
    put(frame + 8, err.produced, 8);
    hold_frame('C', frame, sizeof frame);
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
    if (room > 0) hold_frame(stream->type, buffer, (uint64_t) n < room ? (uint64_t) n : room);
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

/* What was used before the step: the kernel's account is of all children together. */
static struct rusage before;

static uint64_t micros(struct timeval time) {
    return time.tv_sec * 1000000ull + time.tv_usec;
}

static uint64_t micros_since(struct timeval since, struct timeval until) {
    return micros(until) > micros(since) ? micros(until) - micros(since) : 0;
}

static void add(struct timeval *sum, struct timeval more) {
    uint64_t total = micros(*sum) + micros(more);
    *sum = (struct timeval){total / 1000000, total % 1000000};
}

/* Counts from now; of the prepared interpreter too, which is a child that has not ended. */
static void begin_account(pid_t handed_over) {
    if (getrusage(RUSAGE_CHILDREN, &before)) die(BROKEN, "getrusage");
    if (handed_over) {
        struct timeval user, system;
        prepared_cpu(handed_over, &user, &system);
        add(&before.ru_utime, user);
        add(&before.ru_stime, system);
    }
}

static void report_end(int status, uint64_t wall_ns) {
    unsigned char frame[44];
    struct rusage used;
    drain(&out);
    drain(&err);
    if (getrusage(RUSAGE_CHILDREN, &used)) die(BROKEN, "getrusage");
    size_t at = put(frame, status, 4);
    at += put(frame + at, wall_ns, 8);
    at += put(frame + at, micros_since(before.ru_utime, used.ru_utime), 8);
    at += put(frame + at, micros_since(before.ru_stime, used.ru_stime), 8);
    before = used;
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

/*
 * Serves until the worker closes the control channel, which ends the sandbox, or somebody else ends it; or, where a step
 * follows, until this one has succeeded. Returns whether the next step may start.
 */
static int serve(const struct spec *spec, pid_t program, int step_follows) {
    pid_t collector = 0;
    uint64_t started = now_ns(), hold_until = program ? started + HOLD_NS : 0; /* 0: nothing is held */
    int flows = 0;
    for (int status; !told;) {
        uint64_t now = hold_until ? now_ns() : 0;
        struct timespec left = {0, hold_until > now ? hold_until - now : 0};
        struct pollfd fds[3] = {{STDIN_FILENO, POLLIN, 0}, {out.fd, POLLIN, 0}, {err.fd, POLLIN, 0}};
        int n = ppoll(fds, hold_until ? 1 : 3, hold_until ? &left : NULL, &awake);
        if (n < 0 && errno != EINTR) die(LOST_WORKER, "poll");
        if (n > 0 && fds[0].revents) _exit(LOST_WORKER);
        if (n > 0 && !flows) {
            hold_until = now_ns() + HOLD_NS;
        } else if (n >= 0 || (hold_until && now >= hold_until)) { /* whatever signals keep coming */
            flows = pump(&out, CHUNK) + pump(&err, CHUNK) > MUCH;
            send_held();
            hold_until = 0;
        }
        if (!reap(collector ? collector : program, &status)) continue;
        if (collector) {
            if (status) _exit(BROKEN); /* perhaps in the middle of a frame: nothing more can be said */
            collector = 0;
        } else {
            uint64_t wall = now_ns() - started;
            report_end(status, wall);
            /* A child left behind that still writes gets SIGPIPE. */
            if (out.fd >= 0) close(out.fd);
            if (err.fd >= 0) close(err.fd);
            out.fd = err.fd = -1;
            program = -1;
            hold_until = 0;
            if (step_follows && status == 0) return 1;
            if (!step_follows && spec->artifacts.patterns[0]) collector = bring_out(&spec->artifacts, spec->links);
        }
    }
    return 0;
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
    if (fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK)) die(BROKEN, "fcntl");
}

static pid_t start_program(const struct spec *spec, int first) {
    struct step step = {.argv = spec->argv, .env = spec->env, .input = "/job/stdin", .first = first, .work_dir_may_exist = first};
    struct outputs outputs = {-1, -1};
    pid_t program = first ? hand_over(spec, &outputs) : 0;
    begin_account(program);
    if (!program) program = launch(spec, &step, &outputs);
    out = (struct stream){outputs.out, 'O', spec->out_cap, 0};
    err = (struct stream){outputs.err, 'E', spec->err_cap, 0};
    if (program > 0) hold_start('S');
    return program;
}

/* Returns whether the program may start. */
static int compile(const struct spec *spec) {
    struct outputs outputs = {-1, -1};
    pid_t compiler = launch_compiler(spec, &outputs);
    out = (struct stream){outputs.out, 'O', spec->compile_cap, 0};
    err = (struct stream){outputs.err, 'E', 0, 0};
    if (compiler > 0) hold_start('B'), send_held(); /* at once: by it the worker knows whose end an end is */
    int succeeded = serve(spec, compiler, 1);
    if (succeeded && end_leftovers()) die(BROKEN, "the compiler's processes do not end");
    return succeeded;
}

static void run(const struct spec *spec) {
    int compiled = spec->compile_argv[0] != NULL;
    serve(spec, !compiled || compile(spec) ? start_program(spec, !compiled) : 0, 0);
}

int main(void) {
    struct preparation preparation = {0};
    struct spec spec = {0};
    prepare();
    report_ready();
    enum message kind = read_message(&preparation, &spec, &prepared_channel, look_after_prepared);
    if (kind == PREPARE) {
        start_prepared(&preparation);
        kind = read_message(&preparation, &spec, &prepared_channel, look_after_prepared);
    }
    if (kind == PREPARE) die(BROKEN, "a second preparation");
    if (preparation.argv && spec.compile_argv && spec.compile_argv[0]) die(BROKEN, "a compiler after a preparation");
    if (kind == JOB) run(&spec);
    send_frame('T', &(unsigned char){told}, 1);
    return 0;
}
