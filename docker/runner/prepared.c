#define _GNU_SOURCE
#include "prepared.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

int prepared_channel = -1;

static pid_t prepared;
static int line = -1; /* to it, also when there is nothing more to hear */
static struct outputs prepared_outputs = {-1, -1};

static void tell(int started) {
    send_frame('W', &(unsigned char){started}, 1);
}

static void forget(void) {
    if (line >= 0) close(line);
    if (prepared_outputs.out >= 0) close(prepared_outputs.out);
    if (prepared_outputs.err >= 0) close(prepared_outputs.err);
    prepared_outputs = (struct outputs){-1, -1};
    line = prepared_channel = -1;
    prepared = 0;
}

void start_prepared(const struct preparation *preparation) {
    int channel[2];
    char *none[] = {NULL};
    struct spec confined = {.rlimit_count = preparation->rlimit_count, .links = none};
    memcpy(confined.rlimits, preparation->rlimits, sizeof confined.rlimits);
    /* The first that is opened here, so that no pipe of the launch has the number that it gets there. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel)) die(BROKEN, "socketpair");
    struct step step = {
        .argv = preparation->argv,
        .env = preparation->env,
        .input = "/job/stdin",
        .first = 1,
        .handover = channel[1],
        .quiet = 1,
    };
    prepared = launch(&confined, &step, &prepared_outputs);
    close(channel[1]);
    line = prepared_channel = channel[0];
    if (prepared) return;
    forget();
    tell(0);
}

void look_after_prepared(void) {
    char word;
    if (prepared_channel >= 0) {
        ssize_t n = recv(prepared_channel, &word, 1, MSG_DONTWAIT);
        if (n == 1) tell(1);
        if (n >= 0) prepared_channel = -1; /* it has said all that it has to say, or has closed its end */
    }
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
        if (pid == prepared) {
            forget();
            tell(0);
        }
}

/* An interpreter out of an image that a job brings may never read; that must not keep us from seeing the worker go. */
static int await_room(void) {
    struct pollfd fds[2] = {{line, POLLOUT, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) return errno == EINTR ? 0 : -1;
    if (fds[1].revents) _exit(LOST_WORKER);
    return 0;
}

static int send_strings(char **strings) {
    for (; *strings; strings++)
        for (size_t sent = 0, length = strlen(*strings) + 1; sent < length;) {
            ssize_t n = send(line, *strings + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) sent += n;
            else if (errno == EAGAIN ? await_room() : errno != EINTR) return -1;
        }
    return 0;
}

/* The links must be the program's own, like all in its directory. */
static int make_links(char **links) {
    if (!*links) return 0;
    if (setresuid(-1, PROGRAM_ID, -1)) return -1;
    int failed = chdir(WORK) || link_files(links) || chdir("/");
    if (setresuid(-1, 0, -1)) die(BROKEN, "setresuid");
    return failed;
}

static int silent(int fd) {
    int waiting = 0;
    return ioctl(fd, FIONREAD, &waiting) == 0 && waiting == 0;
}

pid_t hand_over(const struct spec *spec, struct outputs *outputs) {
    if (!prepared) return 0;
    /* What it has said so far is not the program's. */
    if (spec->handover[0] && silent(prepared_outputs.out) && silent(prepared_outputs.err) && !make_links(spec->links)
        && !send_strings(spec->handover)) {
        pid_t program = prepared;
        *outputs = prepared_outputs;
        prepared_outputs = (struct outputs){-1, -1};
        forget(); /* which closes the channel: the message ends there */
        return program;
    }
    forget();
    if (end_leftovers()) die(BROKEN, "the prepared interpreter does not end");
    return 0;
}

static struct timeval of_ticks(unsigned long ticks) {
    unsigned long a_second = sysconf(_SC_CLK_TCK);
    return (struct timeval){ticks / a_second, ticks % a_second * (1000000 / a_second)};
}

void prepared_cpu(pid_t process, struct timeval *user, struct timeval *system) {
    /* In ticks, as gVisor counts it; a process that has not ended is in no account of ours. */
    char path[64], text[1024];
    unsigned long in_user = 0, in_system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    text[n > 0 ? n : 0] = 0;
    const char *after_name = strrchr(text, ')'); /* proc(5): utime and stime are the 14th and 15th, the name the second */
    if (!after_name || sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &in_user, &in_system) != 2)
        in_user = in_system = 0;
    *user = of_ticks(in_user);
    *system = of_ticks(in_system);
}
