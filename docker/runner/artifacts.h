/* Artifacts: the files that a program left behind and its job asked for. */
#ifndef ARTIFACTS_H
#define ARTIFACTS_H
#include <stdint.h>
#include <sys/types.h>

enum { MAX_PATTERNS = 64 };

struct artifact_spec {
    uint64_t total_cap, file_cap;
    uint32_t file_count, depth, millis;
    char **patterns; /* '/'-separated; "*" and "?" within a name, "**" for any number of folders */
};

/*
 * Ends whatever the program left running, then has a child bring out the files that match, as the program's own user and
 * with no more rights than that. Returns the child's pid; its exit status is 0 when it said all there was to say.
 */
pid_t bring_out(const struct artifact_spec *artifacts, char **inputs);
#endif
