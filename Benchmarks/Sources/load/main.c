// Puts one load on one NATS server and prints what it took, as one line of JSON.

#include <getopt.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "scenario.h"

static const char usage[] =
    "usage: load SCENARIO --port PORT --pid PID --creds FILE [options]\n"
    "\n"
    "scenarios:\n"
    "  publish   one client publishes where nobody listens\n"
    "  fan-out   one client publishes, --subscribers get every message\n"
    "  request   one client asks, one answers, --outstanding at a time\n"
    "  service   the same, through an import of another account\n"
    "  sign-in   connect, sign in, close; --outstanding at a time\n"
    "\n"
    "options:\n"
    "  --port PORT              of the server, on the loopback interface\n"
    "  --pid PID                of the server, whose processor time is read\n"
    "  --creds FILE             of the client that publishes, asks or signs in\n"
    "  --receiving-creds FILE   of the clients that subscribe or answer\n"
    "  --count N                messages to publish, requests or sign-ins to make (10000)\n"
    "  --payload BYTES          per message (128)\n"
    "  --subscribers N          (1)\n"
    "  --subject SUBJECT        of the messages; each # is a digit of their number (bench.one)\n"
    "  --subscription SUBJECT   what subscribers subscribe to, where that is another\n"
    "  --delivered SUBJECT      what messages come as, where that is another\n"
    "  --outstanding N          (1)\n"
    "  --deadline SECONDS       after which the run fails (60)\n"
    "\n"
    "example:\n"
    "  load fan-out --port 4222 --pid $(pidof nats-server) --creds pub.creds --receiving-creds sub.creds\n";

typedef uint64_t scenario(const struct task *task, struct measurement *measurement);

static scenario *scenario_named(const char *name) {
    if (strcmp(name, "publish") == 0) return scenario_publish;
    if (strcmp(name, "fan-out") == 0) return scenario_fan_out;
    if (strcmp(name, "request") == 0) return scenario_request;
    if (strcmp(name, "service") == 0) return scenario_service;
    if (strcmp(name, "sign-in") == 0) return scenario_sign_in;
    return NULL;
}

_Noreturn static void wrong_usage(void) {
    fputs(usage, stderr);
    exit(2);
}

static uint64_t number(const char *text, uint64_t largest) {
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value > largest) fail("%s is not a number that fits here", text);
    return value;
}

int main(int argc, char **argv) {
    enum { port, pid, creds, receiving_creds, count, payload, subscribers, subject, subscription, delivered, outstanding, limit };
    static const struct option options[] = {
        {"port", required_argument, NULL, port},
        {"pid", required_argument, NULL, pid},
        {"creds", required_argument, NULL, creds},
        {"receiving-creds", required_argument, NULL, receiving_creds},
        {"count", required_argument, NULL, count},
        {"payload", required_argument, NULL, payload},
        {"subscribers", required_argument, NULL, subscribers},
        {"subject", required_argument, NULL, subject},
        {"subscription", required_argument, NULL, subscription},
        {"delivered", required_argument, NULL, delivered},
        {"outstanding", required_argument, NULL, outstanding},
        {"deadline", required_argument, NULL, limit},
        {NULL, 0, NULL, 0},
    };
    struct task task = {.count = 10000, .payload = 128, .subscribers = 1, .subject = "bench.one", .outstanding = 1};
    struct measurement measurement = {0};
    unsigned seconds = 60;
    if (sodium_init() < 0) fail("libsodium does not work here");
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case port: task.port = (uint16_t)number(optarg, UINT16_MAX); break;
        case pid: measurement.server = (pid_t)number(optarg, INT32_MAX); break;
        case creds: task.credentials = credentials_read(optarg); break;
        case receiving_creds: task.receiving_credentials = credentials_read(optarg); break;
        case count: task.count = number(optarg, 1000 * 1000 * 1000); break;
        case payload: task.payload = number(optarg, 1024 * 1024); break;
        case subscribers: task.subscribers = number(optarg, 1000); break;
        case subject: task.subject = optarg; break;
        case subscription: task.subscription = optarg; break;
        case delivered: task.delivered = optarg; break;
        case outstanding: task.outstanding = number(optarg, 100000); break;
        case limit: seconds = (unsigned)number(optarg, 3600); break;
        default: wrong_usage();
        }
    }
    if (optind != argc - 1 || task.port == 0 || measurement.server == 0 || task.credentials.jwt == NULL) wrong_usage();
    scenario *run = scenario_named(argv[optind]);
    if (run == NULL) wrong_usage();
    if (task.receiving_credentials.jwt == NULL) task.receiving_credentials = task.credentials;

    deadline_set(seconds);
    uint64_t done = run(&task, &measurement);
    printf("{\"count\": %" PRIu64 ", \"wall_ns\": %" PRIu64 ", ", done, measurement.wall);
    printf(
        "\"server_cpu_ns\": %" PRIu64 ", \"generator_cpu_ns\": %" PRIu64 "}\n", measurement.server_cpu,
        measurement.generator_cpu);
    return 0;
}
