#define _GNU_SOURCE
#include "glob.h"

#include <string.h>

static int is_any_depth(const struct pattern *pattern, int segment) {
    return pattern->lengths[segment] == 2 && !memcmp(pattern->segments[segment], "**", 2);
}

static int has_wildcard(const struct pattern *pattern, int segment) {
    return memchr(pattern->segments[segment], '*', pattern->lengths[segment])
        || memchr(pattern->segments[segment], '?', pattern->lengths[segment]);
}

/* "**" stands for no folder too, so whoever is there is past it as well; except at the end, where a name must follow. */
static uint32_t past_any_depth(const struct pattern *pattern, uint32_t at) {
    for (int i = 0; i + 1 < pattern->count; i++)
        if (at >> i & 1 && is_any_depth(pattern, i)) at |= 1u << (i + 1);
    return at;
}

uint32_t pattern_parse(struct pattern *pattern, const char *text) {
    pattern->count = 0;
    for (const char *at = text;; at++) {
        const char *end = strchrnul(at, '/');
        if (end == at || end - at > PATTERN_NAME || pattern->count == PATTERN_SEGMENTS) return pattern->count = 0;
        pattern->segments[pattern->count] = at;
        pattern->lengths[pattern->count++] = end - at;
        at = end;
        if (!*at) break;
    }
    return past_any_depth(pattern, 1);
}

/* The length of the character at `name`: "?" is a whole one where that is UTF-8, a byte where it is not. */
static int character(const char *name) {
    unsigned char first = *name;
    int length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    for (int i = 1; i < length; i++)
        if ((name[i] & 0xc0) != 0x80) return 1;
    return length;
}

/* Remembers the last "*" alone: an earlier one need never take more, so that no name takes exponential time. */
static int matches(const char *segment, int length, const char *name) {
    const char *end = segment + length, *star = NULL, *resume = NULL;
    while (*name) {
        if (segment < end && *segment == '*') {
            star = segment++;
            resume = name;
        } else if (segment < end && *segment == '?') {
            segment++;
            name += character(name);
        } else if (segment < end && *segment == *name) {
            segment++;
            name++;
        } else if (star) {
            segment = star + 1;
            resume += character(resume);
            name = resume;
        } else {
            return 0;
        }
    }
    while (segment < end && *segment == '*') segment++;
    return segment == end;
}

uint32_t pattern_step(const struct pattern *pattern, uint32_t at, const char *name, int *exact) {
    uint32_t next = 0;
    for (int i = 0; i < pattern->count; i++) {
        if (!(at >> i & 1)) continue;
        if (is_any_depth(pattern, i)) {
            next |= 1u << i;
            if (i + 1 == pattern->count) next |= 1u << (i + 1);
        } else if (matches(pattern->segments[i], pattern->lengths[i], name)) {
            next |= 1u << (i + 1);
            if (!has_wildcard(pattern, i)) *exact = 1;
        }
    }
    return past_any_depth(pattern, next);
}

uint32_t pattern_end(const struct pattern *pattern) {
    return 1u << pattern->count;
}

int pattern_is_exact(const struct pattern *pattern) {
    for (int i = 0; i < pattern->count; i++)
        if (has_wildcard(pattern, i)) return 0;
    return 1;
}

int pattern_literal(const struct pattern *pattern, int segment, char name[PATTERN_NAME + 1]) {
    if (has_wildcard(pattern, segment)) return 0;
    memcpy(name, pattern->segments[segment], pattern->lengths[segment]);
    name[pattern->lengths[segment]] = 0;
    return 1;
}
