#include "measurement.h"

#include <string.h>
#include <time.h>

#include "failure.h"

static const uint64_t second = 1000 * 1000 * 1000;

static uint64_t deadline;
static unsigned deadline_seconds;

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) fail("cannot read a clock: is the server still running?");
    return (uint64_t)time.tv_sec * second + (uint64_t)time.tv_nsec;
}

/// The process clock counts in nanoseconds and keeps the time of threads that ended, which the ticks of
/// `/proc/PID/stat` and the sum over `/proc/PID/task/*/schedstat` do not.
static uint64_t processor_time(pid_t process) {
    clockid_t clock;
    int error = clock_getcpuclockid(process, &clock);
    if (error != 0) fail("cannot read the processor time of process %d: %s", (int)process, strerror(error));
    return read_clock(clock);
}

void measurement_begin(struct measurement *measurement) {
    measurement->server_cpu = processor_time(measurement->server);
    measurement->generator_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    measurement->wall = read_clock(CLOCK_MONOTONIC);
}

void measurement_end(struct measurement *measurement) {
    measurement->wall = read_clock(CLOCK_MONOTONIC) - measurement->wall;
    measurement->generator_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - measurement->generator_cpu;
    measurement->server_cpu = processor_time(measurement->server) - measurement->server_cpu;
}

void deadline_set(unsigned seconds) {
    deadline_seconds = seconds;
    deadline = read_clock(CLOCK_MONOTONIC) + seconds * second;
}

int deadline_left(void) {
    uint64_t now = read_clock(CLOCK_MONOTONIC);
    // Rounded up, so that the last wait does not spin.
    return now >= deadline ? 0 : (int)((deadline - now) / (second / 1000)) + 1;
}

_Noreturn void deadline_fail(void) { fail("not finished after %u seconds", deadline_seconds); }
