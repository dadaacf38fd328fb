/* An interpreter that is started before its program is known, and waits for it. */
#ifndef PREPARED_H
#define PREPARED_H
#include <sys/time.h>
#include <sys/types.h>

#include "program.h"
#include "spec.h"

/* Where it says that it has started; negative when there is nothing to hear. */
extern int prepared_channel;

/* Starts it. That it does not start is told, and no fault: the program is started without it then. */
void start_prepared(const struct preparation *preparation);

/* Reaps it, or hears that it has started, and tells the worker. To be called when there may be news of it. */
void look_after_prepared(void);

/*
 * Makes it the program. Returns its pid; 0 when it is not to be used or cannot be, and is gone: the program must be started.
 */
pid_t hand_over(const struct spec *spec, struct outputs *outputs);

/* The processor time that it has used until now, which is not the program's. */
void prepared_cpu(pid_t prepared, struct timeval *user, struct timeval *system);
#endif
