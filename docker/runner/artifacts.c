/*
 * Every name here was chosen by the program, and every file is its own. So the child that walks has the program's rights
 * and no others, follows no link, opens nothing but regular files of the one file system that the program can write to,
 * and stops at caps of number, size, depth and time. By then the program's processes are gone: nothing changes under it.
 */
#define _GNU_SOURCE
#include "artifacts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "glob.h"
#include "program.h"
#include "report.h"

enum {
    CHUNK = 65536,
    MAX_PATH = 1024,
    MAX_ENTRIES = 20000, /* looked at, matching or not: bounds time, and memory that is charged to the job */
    MAX_TOLD = 100,      /* omissions by name; those beyond are counted */
    MAX_DEPTH = 32,
};

/* Why a file was not brought out; the worker has the same list. */
enum omission { LINK = 1, SPECIAL, DIRECTORY, UNREADABLE, TOO_LARGE, OVER_TOTAL, TOO_MANY, TOO_DEEP, LONG_NAME, NO_TIME };

/* For each pattern the segments that the next name may match, as bits. */
struct state {
    uint32_t segments[MAX_PATTERNS];
};

static const struct artifact_spec *spec;
static struct pattern patterns[MAX_PATTERNS];
static int pattern_count;
static char **input_links;
static char path[MAX_PATH + 1];
static uint64_t bytes_left, deadline_ns, matched, omitted;
static uint32_t files_left;
static int entries_left = MAX_ENTRIES, cut_short, stopped;
static dev_t file_system;

static void omit(enum omission why) {
    unsigned char frame[1 + MAX_PATH];
    size_t length = strlen(path);
    if (omitted++ >= MAX_TOLD) return;
    frame[0] = why;
    memcpy(frame + 1, path, length);
    send_frame('N', frame, 1 + length);
}

static int out_of_time(void) {
    if (now_ns() < deadline_ns) return 0;
    if (!stopped) omit(NO_TIME);
    stopped = 1;
    return 1;
}

/* Sends what is in the file; a name and its bytes have gone out already when it turns out that it must be left out. */
static void send_file(int fd) {
    static unsigned char buffer[CHUNK];
    unsigned char verdict = 0;
    uint64_t most = bytes_left < spec->file_cap ? bytes_left : spec->file_cap;
    send_frame('A', path, strlen(path));
    for (uint64_t sent = 0; !verdict;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) break;
        if (n < 0) verdict = UNREADABLE;
        else if (now_ns() >= deadline_ns) verdict = NO_TIME, stopped = 1;
        else if (sent + n > most) verdict = TOO_LARGE; /* more than the size that was found: nobody is left who could */
        else send_frame('b', buffer, n), sent += n, bytes_left -= n;
    }
    if (verdict) omitted++;
    else files_left--;
    send_frame('D', &verdict, 1);
}

/* Not with O_DIRECTORY: beside it, a gVisor of 2024 takes no notice of O_NOFOLLOW. */
static int open_folder(int parent, const char *name) {
    struct stat found;
    int dir = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (dir < 0) return -1;
    if (!fstat(dir, &found) && S_ISDIR(found.st_mode) && found.st_dev == file_system) return dir;
    close(dir);
    return -1;
}

static void bring(int dir, const char *name) {
    struct stat found;
    if (files_left == 0) {
        omit(TOO_MANY);
        return;
    }
    /* O_NONBLOCK: should it have become a FIFO, nobody waits for its other end. */
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &found)) omit(UNREADABLE);
    else if (!S_ISREG(found.st_mode) || found.st_dev != file_system) omit(SPECIAL);
    else if ((uint64_t) found.st_size > spec->file_cap) omit(TOO_LARGE);
    else if ((uint64_t) found.st_size > bytes_left) omit(OVER_TOTAL);
    else send_file(fd);
    if (fd >= 0) close(fd);
}

/* A job's own inputs lie in its work directory as links; to list them as omitted would be noise. */
static int is_input(const char *name) {
    for (char **input = input_links; *input; input++)
        if (!strcmp(*input, name)) return path[0] && !strchr(path, '/');
    return 0;
}

/* Follows the patterns over one name. Returns the patterns that end here; `next` is what may follow below it. */
static uint64_t step(const struct state *at, const char *name, struct state *next, uint64_t *onward, uint64_t *literally) {
    uint64_t ends = 0;
    *onward = *literally = 0;
    for (int i = 0; i < pattern_count; i++) {
        int exact = 0;
        uint32_t bits = pattern_step(&patterns[i], at->segments[i], name, &exact);
        if (bits & pattern_end(&patterns[i])) ends |= 1ull << i;
        next->segments[i] = bits & ~pattern_end(&patterns[i]);
        if (next->segments[i]) *onward |= 1ull << i;
        if (next->segments[i] && exact) *literally |= 1ull << i;
    }
    return ends;
}

static void walk(int dir, const struct state *at, uint32_t depth);

static void descend(int parent, const char *name, const struct state *at, uint32_t depth, uint64_t exact) {
    if (depth >= spec->depth || depth >= MAX_DEPTH) {
        matched |= exact;
        omit(TOO_DEEP);
        return;
    }
    int dir = open_folder(parent, name);
    if (dir < 0) {
        matched |= exact;
        omit(UNREADABLE);
        return;
    }
    walk(dir, at, depth + 1);
    close(dir);
}

static void visit(int dir, const char *name, const struct state *at, uint32_t depth) {
    struct state next = {{0}};
    struct stat found;
    uint64_t onward, exact;
    size_t length = strlen(path);
    uint64_t ends = step(at, name, &next, &onward, &exact);
    if (!ends && !onward) return;
    if (fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW)) return; /* a literal name that is not there */
    if (length + 1 + strlen(name) > MAX_PATH) {
        matched |= ends;
        omit(LONG_NAME); /* under its folder's name */
        return;
    }
    if (length) path[length] = '/';
    strcpy(path + length + (length > 0), name);
    if (S_ISDIR(found.st_mode)) {
        uint64_t named = ends;
        for (int i = 0; i < pattern_count; i++)
            if (!pattern_is_exact(&patterns[i])) named &= ~(1ull << i);
        if (named) matched |= named, omit(DIRECTORY);
        if (onward) descend(dir, name, &next, depth, exact);
    } else if (S_ISLNK(found.st_mode)) {
        matched |= ends | exact;
        if ((ends || exact) && !is_input(name)) omit(LINK);
    } else if (ends) {
        matched |= ends;
        if (S_ISREG(found.st_mode)) bring(dir, name);
        else omit(SPECIAL);
    }
    path[length] = 0;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

struct names {
    char **list;
    size_t count, room;
};

static void add(struct names *names, const char *name) {
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 64;
        names->list = realloc(names->list, names->room * sizeof *names->list);
        if (!names->list) die(BROKEN, "memory");
    }
    if (!(names->list[names->count++] = strdup(name))) die(BROKEN, "memory");
}

/* All names in a folder, as far as the cap allows. */
static void read_names(int dir, struct names *names) {
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (!stream) {
        if (copy >= 0) close(copy);
        omit(UNREADABLE);
        return;
    }
    for (struct dirent *entry; !out_of_time() && (entry = readdir(stream));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (entries_left-- <= 0) {
            omit(TOO_MANY);
            cut_short = 1;
            break;
        }
        add(names, entry->d_name);
    }
    closedir(stream);
}

/* Where only names without wildcards are asked for, their number is all that counts, not what else lies there. */
static int only_literals(const struct state *at, struct names *names) {
    char name[PATTERN_NAME + 1];
    for (int i = 0; i < pattern_count; i++)
        for (uint32_t bits = at->segments[i]; bits; bits &= bits - 1) {
            if (!pattern_literal(&patterns[i], __builtin_ctz(bits), name)) return 0;
            add(names, name);
        }
    return 1;
}

static void release(struct names *names) {
    for (size_t i = 0; i < names->count; i++) free(names->list[i]);
    free(names->list);
    *names = (struct names){0};
}

static void walk(int dir, const struct state *at, uint32_t depth) {
    struct names names = {0};
    if (!only_literals(at, &names)) {
        release(&names);
        read_names(dir, &names);
    }
    /* Sorted: where a cap decides what stays behind, it decides the same every time. */
    if (names.count) qsort(names.list, names.count, sizeof *names.list, by_bytes);
    for (size_t i = 0; i < names.count && !stopped; i++) {
        if (i > 0 && !strcmp(names.list[i], names.list[i - 1])) continue;
        if (!out_of_time()) visit(dir, names.list[i], at, depth);
    }
    release(&names);
}

static void report_collected(void) {
    unsigned char frame[17];
    put(frame, matched, 8);
    put(frame + 8, omitted, 8);
    frame[16] = !stopped && !cut_short;
    send_frame('Q', frame, sizeof frame);
}

static void collect(void) {
    struct state start = {{0}};
    struct stat found;
    for (char **text = spec->patterns; *text; text++) {
        start.segments[pattern_count] = pattern_parse(&patterns[pattern_count], *text);
        pattern_count++;
    }
    bytes_left = spec->total_cap;
    files_left = spec->file_count;
    deadline_ns = now_ns() + spec->millis * 1000000ull;
    /* The folder itself is the program's to replace; what it lies in is not. */
    if (!stat("/tmp", &found)) file_system = found.st_dev;
    int dir = open_folder(AT_FDCWD, WORK);
    if (dir < 0) omit(UNREADABLE), stopped = 1;
    else walk(dir, &start, 1);
    report_collected();
}

pid_t bring_out(const struct artifact_spec *artifacts, char **inputs) {
    spec = artifacts;
    input_links = inputs;
    if (end_leftovers()) die(BROKEN, "the program's processes do not end");
    pid_t pid = fork();
    if (pid < 0) die(BROKEN, "fork");
    if (pid) return pid;
    if (drop_identity() || install_filter()) die(BROKEN, "identity");
    collect();
    _exit(0);
}
