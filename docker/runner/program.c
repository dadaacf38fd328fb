#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

#if defined(__x86_64__)
enum { FOREIGN_CALLS = 0x40000000 }; /* the x32 flavour of every call */
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
enum { FOREIGN_CALLS = 0x7fffffff };
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "no system call filter for this processor"
#endif

enum {
    /* All of them: a gVisor of 2024 gives an unprivileged clone a mount namespace, which Linux refuses. */
    NEW_NAMESPACE = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP,
};

enum { END_TRIES = 2000 };

const char WORK[] = "/tmp/work";

int drop_identity(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    if (setgroups(0, NULL) || setresgid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID)) return -1;
    if (setresuid(PROGRAM_ID, PROGRAM_ID, PROGRAM_ID)) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
    /* EINVAL: a kernel without ambient capabilities has none to clear. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL) return -1;
    return syscall(SYS_capset, &header, none);
}

/*
 * Refuses namespaces: in a user namespace of its own a program would be root again and no longer bound by its nproc limit.
 * clone3 has its flags behind a pointer that a filter cannot follow, so it "does not exist" (ENOSYS), upon which every libc
 * falls back to clone. Docker's own profile means the same, but under gVisor its ENOSYS arrives as EPERM, and then no libc
 * can start a thread; so the worker leaves that profile out there, and this filter holds on every runtime.
 */
int install_filter(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 0, 8),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_CALLS, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACE, 1, 2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

int link_files(char **names) {
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

/* The first step makes the work directory; a second finds it, and its links, as the first has left them. */
static int enter_work(const struct spec *spec, const struct step *step, struct failure *failure) {
    failure->stage = WORK_DIR;
    umask(022);
    if (step->first && mkdir(WORK, 0755) && !(step->work_dir_may_exist && errno == EEXIST)) return -1;
    if (step->build_dir && mkdir(step->build_dir, 0755)) return -1;
    if (chdir(WORK)) return -1;
    failure->stage = LINKS;
    return step->first ? link_files(spec->links) : 0;
}

static void start_program(const struct spec *spec, const struct step *step, int out_fd, int err_fd, int failure_fd) {
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
    failure.stage = FILTER;
    if (install_filter()) goto failed;
    if (enter_work(spec, step, &failure)) goto failed;
    failure.stage = STDIN;
    int in_fd = open(step->input, O_RDONLY | O_CLOEXEC);
    if (in_fd < 0) goto failed;
    failure.stage = STDIO;
    if (dup2(in_fd, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0) goto failed;
    if (step->handover && dup2(step->handover, 3) < 0) goto failed;
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    if (sigprocmask(SIG_SETMASK, &none, NULL)) goto failed;
    failure.stage = EXEC;
    execve(step->argv[0], step->argv, step->env);
failed:
    failure.error = errno;
    if (write(failure_fd, &failure, sizeof failure) != sizeof failure) _exit(LOST_WORKER);
    _exit(0);
}

pid_t launch(const struct spec *spec, const struct step *step, struct outputs *outputs) {
    int out_pipe[2], err_pipe[2], failure_pipe[2];
    struct failure failure = {.stage = FORK};
    if (pipe2(out_pipe, O_CLOEXEC) || pipe2(err_pipe, O_CLOEXEC) || pipe2(failure_pipe, O_CLOEXEC)) die(BROKEN, "pipe");
    /*
     * Until its execve the child lives in our memory, as uid 1000 in the end. Nothing of that user's lives beside it (what a
     * compiler or an interpreter left was ended before), and what is not dumpable, as we are not, it could not touch anyway.
     */
    pid_t pid = vfork();
    if (pid == 0) start_program(spec, step, out_pipe[1], step->one_stream ? out_pipe[1] : err_pipe[1], failure_pipe[1]);
    failure.error = errno;
    close(out_pipe[1]), close(err_pipe[1]), close(failure_pipe[1]);
    ssize_t n = pid < 0 ? (ssize_t) sizeof failure : 0;
    /* The pipe closes on exec: nothing to read means that the program runs (or was killed on the way, which wait tells). */
    while (pid > 0 && (n = read(failure_pipe[0], &failure, sizeof failure)) < 0 && errno == EINTR) continue;
    close(failure_pipe[0]);
    if (n != 0) {
        close(out_pipe[0]), close(err_pipe[0]);
        if (!step->quiet) report_fault(failure);
        return 0;
    }
    *outputs = (struct outputs){out_pipe[0], err_pipe[0]};
    if (fcntl(outputs->out, F_SETFL, O_NONBLOCK) || fcntl(outputs->err, F_SETFL, O_NONBLOCK)) die(BROKEN, "fcntl");
    return pid;
}

int end_leftovers(void) {
    struct timespec pause = {0, 1000000};
    /* Without CAP_KILL it takes their user id; as our effective one alone it gives them no hold on us. */
    if (setresuid(-1, PROGRAM_ID, -1)) return -1;
    int left = 1;
    for (int i = 0; left && i < END_TRIES; i++) {
        kill(-1, SIGKILL); /* again and again: one may have been forking */
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) continue;
        left = !(pid < 0 && errno == ECHILD); /* all that lives here descends from us, and orphans become our children */
        if (left) nanosleep(&pause, NULL);
    }
    if (setresuid(-1, 0, -1)) die(BROKEN, "setresuid");
    return left ? -1 : 0;
}
