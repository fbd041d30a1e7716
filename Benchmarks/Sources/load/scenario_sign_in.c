#include <poll.h>
#include <unistd.h>

#include "connection.h"
#include "failure.h"
#include "scenario.h"
#include "sign_in.h"

#define MOST_CONNECTIONS 64

struct arrival {
    int socket;
    enum sign_in state;
};

static struct arrival arrival_begin(const struct task *task) {
    return (struct arrival){.socket = connection_open(task->port), .state = sign_in_greeting};
}

static void arrivals_wait(const struct arrival *arrivals, size_t count, struct pollfd *entries) {
    int timeout = deadline_left();
    if (timeout == 0) deadline_fail();
    for (size_t index = 0; index < count; index++)
        entries[index] = (struct pollfd){.fd = arrivals[index].socket, .events = POLLIN};
    poll(entries, count, timeout);
}

/// Connects, signs in up to the server's PONG and closes, again and again on a few sockets at a time.
uint64_t scenario_sign_in(const struct task *task, struct measurement *measurement) {
    struct arrival arrivals[MOST_CONNECTIONS];
    struct pollfd entries[MOST_CONNECTIONS];
    if (task->outstanding < 1 || task->outstanding > MOST_CONNECTIONS)
        fail("there can be 1 to %d sign-ins under way", MOST_CONNECTIONS);
    size_t open = 0;
    uint64_t begun = 0, done = 0;

    measurement_begin(measurement);
    while (done < task->count) {
        while (open < task->outstanding && begun < task->count) {
            arrivals[open++] = arrival_begin(task);
            begun += 1;
        }
        arrivals_wait(arrivals, open, entries);
        // Backwards, because the last one moves to the place of one that is done.
        for (size_t index = open; index-- > 0;) {
            struct arrival *arrival = &arrivals[index];
            if (entries[index].revents == 0) continue;
            while (arrival->state != sign_in_done &&
                   sign_in_advance(&arrival->state, arrival->socket, &task->credentials)) {
            }
            if (arrival->state != sign_in_done) continue;
            close(arrival->socket);
            *arrival = arrivals[--open];
            done += 1;
        }
    }
    measurement_end(measurement);
    return done;
}
