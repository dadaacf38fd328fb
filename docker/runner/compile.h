/* The compile step, which some languages have before the program. */
#ifndef COMPILE_H
#define COMPILE_H
#include "program.h"
#include "spec.h"

/* Starts the compiler, as launch() does: its two streams are one, and it reads nothing. */
pid_t launch_compiler(const struct spec *spec, struct outputs *outputs);
#endif
