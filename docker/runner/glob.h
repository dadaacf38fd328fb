/* Patterns for paths, matched a name at a time while walking down. Works on bytes; names need not be UTF-8. */
#ifndef GLOB_H
#define GLOB_H
#include <stdint.h>

enum { PATTERN_SEGMENTS = 31, PATTERN_NAME = 255 };

struct pattern {
    const char *segments[PATTERN_SEGMENTS];
    int lengths[PATTERN_SEGMENTS];
    int count;
};

/* Takes a pattern apart, which must live as long. Returns the segments that a first name may match, 0 if it is none. */
uint32_t pattern_parse(struct pattern *pattern, const char *text);

/*
 * The segments that the next name may match after this one has matched any of `at`. `exact` becomes 1 when a segment
 * without wildcards was among those that matched.
 */
uint32_t pattern_step(const struct pattern *pattern, uint32_t at, const char *name, int *exact);

/* The bit that stands for "all of it has matched". */
uint32_t pattern_end(const struct pattern *pattern);

/* Whether it has no wildcard anywhere. */
int pattern_is_exact(const struct pattern *pattern);

/* Copies the segment to `name` if it has no wildcard; returns whether it has none. */
int pattern_literal(const struct pattern *pattern, int segment, char name[PATTERN_NAME + 1]);
#endif
