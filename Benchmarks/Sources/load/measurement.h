#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What one run took. Signing in and subscribing come before `measurement_begin` and are not in it.
struct measurement {
    /// The server's process, whose processor time is read.
    pid_t server;
    /// Wall time, in nanoseconds.
    uint64_t wall;
    /// Processor time of the server, user and system, all its threads, in nanoseconds.
    uint64_t server_cpu;
    /// Processor time of this process: when it comes near the wall time, the generator was the limit, not the server.
    uint64_t generator_cpu;
};

void measurement_begin(struct measurement *measurement);
void measurement_end(struct measurement *measurement);

/// Sets the time, from now, after which the run ends with an error, whatever it is doing.
void deadline_set(unsigned seconds);

/// Milliseconds until the deadline, for `poll`; 0 when it has passed.
int deadline_left(void);

/// Ends the process because the deadline passed.
_Noreturn void deadline_fail(void);
