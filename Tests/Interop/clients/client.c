/* What a program with the C client sees of a server: `client SCENE URL [OPTION...]`.
 *
 * Prints a line for each thing that was seen and ends with 0, or says on stderr what went wrong and ends with 1. The test
 * knows the lines. Options: --creds FILE, --creds-callbacks FILE, --nkey PUBLIC FILE, --nkey-callback PUBLIC FILE,
 * --user NAME PASSWORD, --token TOKEN, --token-handler TOKEN, --tls CA, --certificate FILE KEY, --pem CA FILE KEY (as
 * texts), --verbose, --pedantic, --asap, --old-requests, --global-delivery.
 */
#include <nats/nats.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT 8000

static const char *url;
static natsOptions *options;
static char *seed_file;
static char *token;

static void fail(const char *what, natsStatus status) {
    const char *more = nats_GetLastError(NULL);
    fprintf(stderr, "%s: %s (%s)\n", what, natsStatus_GetText(status), more ? more : "");
    exit(1);
}

#define OK(call) do { natsStatus status_ = (call); if (status_ != NATS_OK) fail(#call, status_); } while (0)
#define TRUE(what) do { if (!(what)) { fprintf(stderr, "line %d: not true: %s\n", __LINE__, #what); exit(1); } } while (0)

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

/* What callbacks have seen, in order, and a way to wait for it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char seen[64][512];
static int count;

static void note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&lock);
    if (count < 64)
        vsnprintf(seen[count++], sizeof seen[0], format, arguments);
    pthread_mutex_unlock(&lock);
    va_end(arguments);
}

static const char *await(int which) {
    for (int turn = 0; turn < WAIT; turn++) {
        pthread_mutex_lock(&lock);
        bool is_there = count > which;
        pthread_mutex_unlock(&lock);
        if (is_there)
            return seen[which];
        nats_Sleep(1);
    }
    fprintf(stderr, "only %d of %d things were seen\n", count, which + 1);
    exit(1);
}

static void on_error(natsConnection *c, natsSubscription *s, natsStatus status, void *closure) {
    const char *text = NULL;
    natsConnection_GetLastError(c, &text);
    note("error: %s: %s", natsStatus_GetText(status), text ? text : "");
}

static void on_change(natsConnection *c, void *closure) { note("%s", (const char *)closure); }

static natsStatus sign(char **error, unsigned char **signature, int *length, const char *nonce, void *closure) {
    char seed[128] = "";
    FILE *file = fopen(seed_file, "r");
    if (file == NULL || fscanf(file, "%127s", seed) != 1)
        return NATS_ERR;
    fclose(file);
    return nats_Sign(seed, nonce, signature, length);
}

static natsStatus user_token(char **jwt, char **error, void *closure) {
    char line[16384];
    FILE *file = fopen(closure, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "ey", 2) == 0) {
            line[strcspn(line, "\r\n")] = 0;
            *jwt = strdup(line);
        }
    if (file != NULL)
        fclose(file);
    return *jwt ? NATS_OK : NATS_ERR;
}

static natsStatus sign_with_creds(char **error, unsigned char **signature, int *length, const char *nonce, void *closure) {
    char line[16384];
    natsStatus status = NATS_ERR;
    FILE *file = fopen(closure, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "SU", 2) == 0) {
            line[strcspn(line, "\r\n")] = 0;
            status = nats_Sign(line, nonce, signature, length);
        }
    if (file != NULL)
        fclose(file);
    return status;
}

static int64_t wait_a_little(natsConnection *connection, int attempts, void *closure) { return 50; }

static const char *give_token(void *closure) { return closure; }

static char *text_of(const char *path) {
    char *text = calloc(1, 65536);
    FILE *file = fopen(path, "r");
    TRUE(file != NULL && fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static natsConnection *open_connection(void) {
    natsConnection *connection = NULL;
    OK(natsConnection_Connect(&connection, options));
    return connection;
}

static void done(natsConnection *connection) {
    natsConnection_Close(connection);
    TRUE(natsConnection_IsClosed(connection));
    natsConnection_Destroy(connection);
}

/* The text of the next message; nothing comes twice, since a message is shown where it is taken. */
static void next(natsSubscription *subscription) {
    natsMsg *message = NULL;
    OK(natsSubscription_NextMsg(&message, subscription, WAIT));
    say("  %s: %.*s", natsMsg_GetSubject(message), natsMsg_GetDataLength(message), natsMsg_GetData(message));
    natsMsg_Destroy(message);
}

static int received[3];

static void count_up(natsConnection *c, natsSubscription *s, natsMsg *message, void *closure) {
    __sync_fetch_and_add((int *)closure, 1);
    natsMsg_Destroy(message);
}

static void answer(natsConnection *c, natsSubscription *s, natsMsg *message, void *closure) {
    natsMsg *reply = NULL;
    const char *value = NULL;
    natsMsg_Create(&reply, natsMsg_GetReply(message), NULL, natsMsg_GetData(message), natsMsg_GetDataLength(message));
    if (natsMsgHeader_Get(message, "Say", &value) == NATS_OK)
        natsMsgHeader_Set(reply, "Echo", value);
    natsConnection_PublishMsg(c, reply);
    natsMsg_Destroy(reply);
    natsMsg_Destroy(message);
}

static void facts(void) {
    natsConnection *connection = open_connection();
    char name[256], address[256];
    char *ip = NULL;
    uint64_t id = 0;
    int64_t rtt = -1;
    int port = 0, known = 0, found = 0;
    char **servers = NULL, **discovered = NULL;
    OK(natsConnection_GetConnectedUrl(connection, address, sizeof address));
    OK(natsConnection_GetConnectedServerId(connection, name, sizeof name));
    TRUE(name[0] == 'N' && strlen(name) == 56);
    OK(natsConnection_GetClientID(connection, &id));
    OK(natsConnection_GetClientIP(connection, &ip));
    OK(natsConnection_GetRTT(connection, &rtt));
    say("client %s from %s, as asked: %s, answers: %s", id > 0 ? "with an id" : "without an id", ip,
        strstr(url, strrchr(address, ':') + 1) ? "yes" : "no", rtt > 0 ? "yes" : "no");
    free(ip);
    OK(natsConnection_GetLocalIPAndPort(connection, &ip, &port));
    say("local %s %s", ip, port > 0 ? "with a port" : "without a port");
    free(ip);
    OK(natsConnection_GetServers(connection, &servers, &known));
    OK(natsConnection_GetDiscoveredServers(connection, &discovered, &found));
    say("servers %d, discovered %d", known, found);
    for (int which = 0; which < known; which++)
        free(servers[which]);
    free(servers);
    say("max payload %lld, headers %s, status %d", (long long)natsConnection_GetMaxPayload(connection),
        natsConnection_HasHeaderSupport(connection) == NATS_OK ? "yes" : "no", natsConnection_Status(connection));
    TRUE(!natsConnection_IsReconnecting(connection) && !natsConnection_IsDraining(connection));
    done(connection);
}

static void publish_and_subscribe(void) {
    natsConnection *one = open_connection(), *two = open_connection();
    natsSubscription *literal, *star, *rest;
    natsStatistics *statistics = NULL;
    uint64_t in, in_bytes, out, out_bytes, reconnects, pending_bytes;
    OK(natsConnection_SubscribeSync(&literal, one, "a.b.c"));
    OK(natsConnection_SubscribeSync(&star, one, "a.*.c"));
    OK(natsConnection_SubscribeSync(&rest, one, "a.>"));
    say("%s %s", natsSubscription_GetSubject(star), natsSubscription_GetID(star) > 0 ? "with an id" : "without an id");
    OK(natsConnection_Flush(one));
    OK(natsConnection_PublishString(two, "a.b.c", "first"));
    OK(natsConnection_Publish(two, "a.x.c", "second", 6));
    OK(natsConnection_PublishRequestString(two, "a.x", "reply.to", "third"));
    OK(natsConnection_PublishRequest(two, "a.y", "reply.to", "fourth", 6));
    OK(natsConnection_FlushTimeout(two, WAIT));
    TRUE(natsConnection_Buffered(two) == 0);
    next(literal), next(star), next(star), next(rest), next(rest), next(rest), next(rest);
    OK(natsConnection_Flush(one));
    OK(natsSubscription_QueuedMsgs(rest, &pending_bytes));
    say("left %d", (int)pending_bytes);
    OK(natsStatistics_Create(&statistics));
    OK(natsConnection_GetStats(two, statistics));
    OK(natsStatistics_GetCounts(statistics, &in, &in_bytes, &out, &out_bytes, &reconnects));
    say("sent %d in %d bytes", (int)out, (int)out_bytes);
    natsStatistics_Destroy(statistics);
    OK(natsSubscription_Unsubscribe(literal));
    say("valid %d", natsSubscription_IsValid(literal));
    OK(natsSubscription_AutoUnsubscribe(star, 4));
    for (int number = 0; number < 4; number++)
        OK(natsConnection_PublishString(one, "a.z.c", "more"));
    OK(natsConnection_Flush(one));
    next(star), next(star);
    natsMsg *message = NULL;
    say("beyond its limit: %s", natsStatus_GetText(natsSubscription_NextMsg(&message, star, 50)));
    natsSubscription_Destroy(literal), natsSubscription_Destroy(star), natsSubscription_Destroy(rest);
    done(one), done(two);
}

static void on_complete(void *closure) { note("%s", (const char *)closure); }

static void timed_out(natsConnection *c, natsSubscription *s, natsMsg *message, void *closure) {
    note(message == NULL ? "nothing came" : "a message");
    natsMsg_Destroy(message);
}

/* What a subscription knows of itself, and what it does when nobody takes its messages. */
static void subscriptions(void) {
    natsConnection *connection = open_connection();
    natsSubscription *timed, *small, *counted;
    int messages = 0, bytes = 0, limit = 0, bytes_limit = 0;
    int64_t delivered = 0, dropped = 0;
    natsMsg *message = NULL;
    OK(natsConnection_SubscribeTimeout(&timed, connection, "timed", 50, timed_out, NULL));
    OK(natsSubscription_SetOnCompleteCB(timed, on_complete, "complete"));
    say("%s", await(0));
    OK(natsSubscription_Unsubscribe(timed));
    for (int which = 1; strcmp(await(which), "complete") != 0; which++)
        ;
    say("complete");
    OK(natsConnection_SubscribeSync(&small, connection, "s"));
    OK(natsSubscription_SetPendingLimits(small, 2, 100));
    OK(natsSubscription_GetPendingLimits(small, &limit, &bytes_limit));
    OK(natsConnection_SubscribeSync(&counted, connection, "s"));
    for (int number = 0; number < 5; number++)
        OK(natsConnection_PublishString(connection, "s", "four"));
    OK(natsConnection_Flush(connection));
    OK(natsSubscription_GetPending(counted, &messages, &bytes));
    say("limits %d %d, pending %d in %d bytes", limit, bytes_limit, messages, bytes);
    OK(natsSubscription_GetMaxPending(counted, &messages, &bytes));
    OK(natsSubscription_ClearMaxPending(counted));
    say("at most %d in %d bytes", messages, bytes);
    say("slow: %s", natsStatus_GetText(natsSubscription_NextMsg(&message, small, WAIT)));
    OK(natsSubscription_NextMsg(&message, counted, WAIT));
    natsMsg_Destroy(message);
    OK(natsSubscription_GetDelivered(counted, &delivered));
    OK(natsSubscription_GetDropped(small, &dropped));
    OK(natsSubscription_GetStats(counted, &messages, NULL, NULL, NULL, NULL, NULL));
    say("delivered %d, dropped %d, left %d", (int)delivered, (int)dropped, messages);
    natsSubscription_Destroy(timed), natsSubscription_Destroy(small), natsSubscription_Destroy(counted);
    done(connection);
}

static void queue_groups(void) {
    natsConnection *connection = open_connection();
    natsSubscription *members[3], *sync;
    OK(natsConnection_QueueSubscribe(&members[0], connection, "jobs", "workers", count_up, &received[0]));
    OK(natsConnection_QueueSubscribe(&members[1], connection, "jobs", "workers", count_up, &received[1]));
    OK(natsConnection_QueueSubscribeTimeout(&members[2], connection, "jobs", "workers", WAIT, count_up, &received[2]));
    OK(natsConnection_QueueSubscribeSync(&sync, connection, "jobs", "others"));
    for (int number = 0; number < 90; number++)
        OK(natsConnection_PublishString(connection, "jobs", "job"));
    OK(natsConnection_Flush(connection));
    for (int turn = 0; turn < WAIT && received[0] + received[1] + received[2] < 90; turn++)
        nats_Sleep(1);
    for (int number = 0; number < 90; number++) {
        natsMsg *message = NULL;
        OK(natsSubscription_NextMsg(&message, sync, WAIT));
        natsMsg_Destroy(message);
    }
    say("shared %d, everybody some: %s", received[0] + received[1] + received[2],
        received[0] > 5 && received[1] > 5 && received[2] > 5 ? "yes" : "no");
    for (int which = 0; which < 3; which++)
        natsSubscription_Destroy(members[which]);
    natsSubscription_Destroy(sync);
    done(connection);
}

static void on_status(natsConnection *c, natsSubscription *s, natsMsg *message, void *closure) {
    note("no responders: %s", natsMsg_IsNoResponders(message) ? "yes" : "no");
    natsMsg_Destroy(message);
}

static void requests(void) {
    natsConnection *server = open_connection(), *client = open_connection();
    natsSubscription *mirror, *silent, *inbox;
    natsMsg *reply = NULL, *request = NULL;
    natsInbox *place = NULL;
    OK(natsConnection_Subscribe(&mirror, server, "mirror.*", answer, NULL));
    OK(natsConnection_SubscribeSync(&silent, server, "silent"));
    OK(natsConnection_Flush(server));
    OK(natsConnection_RequestString(&reply, client, "mirror.a", "asked", WAIT));
    say("answer %.*s", natsMsg_GetDataLength(reply), natsMsg_GetData(reply));
    natsMsg_Destroy(reply);
    OK(natsConnection_Request(&reply, client, "mirror.b", "\0\1", 2, WAIT));
    say("answer of %d bytes", natsMsg_GetDataLength(reply));
    natsMsg_Destroy(reply);
    OK(natsMsg_Create(&request, "mirror.c", NULL, "x", 1));
    OK(natsMsgHeader_Set(request, "Say", "hello"));
    OK(natsConnection_RequestMsg(&reply, client, request, WAIT));
    const char *value = NULL;
    OK(natsMsgHeader_Get(reply, "Echo", &value));
    say("answer with %s", value);
    natsMsg_Destroy(reply), natsMsg_Destroy(request);
    say("nobody: %s", natsStatus_GetText(natsConnection_RequestString(&reply, client, "nobody", "", WAIT)));
    say("silence: %s", natsStatus_GetText(natsConnection_RequestString(&reply, client, "silent", "", 100)));
    OK(natsInbox_Create(&place));
    OK(natsConnection_Subscribe(&inbox, client, place, on_status, NULL));
    OK(natsConnection_PublishRequestString(client, "nobody", place, ""));
    say("%s", await(0));
    natsInbox_Destroy(place);
    natsSubscription_Destroy(mirror), natsSubscription_Destroy(silent), natsSubscription_Destroy(inbox);
    done(server), done(client);
}

static void headers(void) {
    natsConnection *connection = open_connection();
    natsSubscription *subscription;
    natsMsg *message = NULL;
    const char *value, *gone, **values = NULL;
    int number = 0;
    OK(natsConnection_SubscribeSync(&subscription, connection, "h"));
    OK(natsMsg_Create(&message, "h", NULL, "body", 4));
    OK(natsMsgHeader_Set(message, "One", "1"));
    OK(natsMsgHeader_Add(message, "Many", "a"));
    OK(natsMsgHeader_Add(message, "Many", "b c"));
    OK(natsMsgHeader_Set(message, "Three", "a:b"));
    OK(natsMsgHeader_Set(message, "Gone", "x"));
    OK(natsMsgHeader_Delete(message, "Gone"));
    OK(natsConnection_PublishMsg(connection, message));
    natsMsg_Destroy(message);
    OK(natsSubscription_NextMsg(&message, subscription, WAIT));
    OK(natsMsgHeader_Get(message, "One", &value));
    OK(natsMsgHeader_Values(message, "Many", &values, &number));
    say("one %s, many %d: %s, %s", value, number, values[0], values[1]);
    free(values);
    OK(natsMsgHeader_Get(message, "Three", &value));
    OK(natsMsgHeader_Keys(message, &values, &number));
    say("three %s, gone: %s, keys %d, body %.*s", value,
        natsStatus_GetText(natsMsgHeader_Get(message, "Gone", &gone)), number,
        natsMsg_GetDataLength(message), natsMsg_GetData(message));
    free(values);
    natsMsg_Destroy(message);
    natsSubscription_Destroy(subscription);
    done(connection);
}

static void large(void) {
    natsConnection *connection = open_connection();
    natsSubscription *subscription;
    natsMsg *message = NULL;
    int limit = (int)natsConnection_GetMaxPayload(connection), right = 0;
    char *data = calloc(1, (size_t)limit + 1);
    OK(natsConnection_SubscribeSync(&subscription, connection, "bulk"));
    OK(natsSubscription_SetPendingLimits(subscription, -1, -1));
    int sizes[] = {0, 1, 65535, 65536, limit};
    for (int turn = 0; turn < 25; turn++) {
        memset(data, 'a' + turn, (size_t)limit);
        OK(natsConnection_Publish(connection, "bulk", data, sizes[turn % 5]));
    }
    for (int turn = 0; turn < 25; turn++) {
        OK(natsSubscription_NextMsg(&message, subscription, WAIT));
        int size = natsMsg_GetDataLength(message);
        const char *got = natsMsg_GetData(message);
        right += size == sizes[turn % 5] && (size == 0 || (got[0] == 'a' + turn && got[size - 1] == 'a' + turn));
        natsMsg_Destroy(message);
    }
    say("right %d, beyond the limit: %s", right,
        natsStatus_GetText(natsConnection_Publish(connection, "bulk", data, limit + 1)));
    free(data);
    natsSubscription_Destroy(subscription);
    done(connection);
}

static void permissions(void) {
    OK(natsOptions_SetErrorHandler(options, on_error, NULL));
    natsConnection *connection = open_connection();
    natsSubscription *forbidden, *queue, *news;
    OK(natsConnection_PublishString(connection, "forbidden", ""));
    say("%s", await(0));
    OK(natsConnection_SubscribeSync(&forbidden, connection, "forbidden.too"));
    say("%s", await(1));
    OK(natsConnection_QueueSubscribeSync(&queue, connection, "forbidden.three", "q"));
    say("%s", await(2));
    OK(natsConnection_SubscribeSync(&news, connection, "news"));
    OK(natsConnection_Flush(connection));
    say("still %s", natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED ? "connected" : "not connected");
    natsSubscription_Destroy(forbidden), natsSubscription_Destroy(queue), natsSubscription_Destroy(news);
    done(connection);
}

static void refused(void) {
    natsConnection *connection = NULL;
    say("%s", natsStatus_GetText(natsConnection_Connect(&connection, options)));
    const char *more = nats_GetLastError(NULL);
    /* In front of it stands a place in the library. */
    const char *behind = more ? strstr(more, "): ") : NULL;
    say("%s", behind ? behind + 3 : more ? more : "");
}

static void drain(void) {
    OK(natsOptions_SetClosedCB(options, on_change, "closed"));
    natsConnection *receiver = open_connection(), *sender = open_connection();
    natsSubscription *flow, *other, *third;
    int others = 0, thirds = 0;
    OK(natsConnection_Subscribe(&flow, receiver, "flow", count_up, &received[0]));
    OK(natsConnection_Subscribe(&other, receiver, "other", count_up, &others));
    OK(natsConnection_Subscribe(&third, receiver, "third", count_up, &thirds));
    OK(natsConnection_Flush(receiver));
    for (int number = 0; number < 500; number++) {
        OK(natsConnection_PublishString(sender, "flow", "x"));
        OK(natsConnection_PublishString(sender, "other", "x"));
        OK(natsConnection_PublishString(sender, "third", "x"));
    }
    OK(natsConnection_Flush(sender));
    OK(natsSubscription_Drain(other));
    OK(natsSubscription_WaitForDrainCompletion(other, WAIT));
    OK(natsSubscription_DrainTimeout(third, WAIT));
    OK(natsSubscription_WaitForDrainCompletion(third, WAIT));
    say("drained %d and %d: %s", others, thirds, natsStatus_GetText(natsSubscription_DrainCompletionStatus(other)));
    OK(natsConnection_DrainTimeout(receiver, WAIT));
    say("%s", await(0));
    say("drained %d", received[0]);
    natsSubscription_Destroy(flow), natsSubscription_Destroy(other), natsSubscription_Destroy(third);
    natsConnection_Destroy(receiver);
    OK(natsConnection_Drain(sender));
    for (int turn = 0; turn < WAIT && !natsConnection_IsClosed(sender); turn++)
        nats_Sleep(1);
    done(sender);
}

static void no_echo(void) {
    OK(natsOptions_SetNoEcho(options, true));
    OK(natsOptions_SetCustomInboxPrefix(options, "_MINE"));
    OK(natsOptions_SetName(options, "quiet"));
    OK(natsOptions_DisableNoResponders(options, true));
    natsConnection *connection = open_connection();
    natsSubscription *own;
    natsMsg *message = NULL;
    OK(natsConnection_SubscribeSync(&own, connection, "own"));
    OK(natsConnection_PublishString(connection, "own", "x"));
    OK(natsConnection_Flush(connection));
    say("own: %s", natsStatus_GetText(natsSubscription_NextMsg(&message, own, 50)));
    say("nobody: %s", natsStatus_GetText(natsConnection_RequestString(&message, connection, "nobody", "", 100)));
    natsSubscription_Destroy(own);
    done(connection);
}

/* The test stops the server at "connected" and starts it again at "disconnected". */
static void reconnect(void) {
    OK(natsOptions_SetDisconnectedCB(options, on_change, "disconnected"));
    OK(natsOptions_SetReconnectedCB(options, on_change, "reconnected"));
    OK(natsOptions_SetCustomReconnectDelay(options, wait_a_little, NULL));
    OK(natsOptions_SetReconnectJitter(options, 0, 0));
    OK(natsOptions_SetMaxReconnect(options, 400));
    OK(natsOptions_SetReconnectBufSize(options, 65536));
    natsConnection *connection = open_connection();
    natsSubscription *news;
    natsStatistics *statistics = NULL;
    uint64_t reconnects = 0;
    OK(natsConnection_SubscribeSync(&news, connection, "news"));
    OK(natsConnection_Flush(connection));
    say("connected");
    say("%s", await(0));
    OK(natsConnection_PublishString(connection, "news", "written while away"));
    say("%s", await(1));
    next(news);
    OK(natsConnection_PublishString(connection, "news", "after the restart"));
    next(news);
    OK(natsStatistics_Create(&statistics));
    OK(natsConnection_GetStats(connection, statistics));
    OK(natsStatistics_GetCounts(statistics, NULL, NULL, NULL, NULL, &reconnects));
    say("reconnects %d", (int)reconnects);
    natsStatistics_Destroy(statistics);
    natsSubscription_Destroy(news);
    done(connection);
}

/* The server ends the connection for good: the test makes it so at "connected", or the credentials run out. */
static void ended(void) {
    OK(natsOptions_SetErrorHandler(options, on_error, NULL));
    OK(natsOptions_SetClosedCB(options, on_change, "closed"));
    OK(natsOptions_SetAllowReconnect(options, false));
    natsConnection *connection = open_connection();
    OK(natsConnection_Flush(connection));
    say("connected");
    const char *what = await(0);
    say("%s", what);
    if (strcmp(what, "closed") != 0)
        say("%s", await(1));
    done(connection);
}

/* The test tells the server to go into lame duck mode at "connected". */
static void lame_duck(void) {
    OK(natsOptions_SetLameDuckModeCB(options, on_change, "lame duck mode"));
    OK(natsOptions_SetClosedCB(options, on_change, "closed"));
    OK(natsOptions_SetAllowReconnect(options, false));
    natsConnection *connection = open_connection();
    say("connected");
    say("%s", await(0));
    say("%s", await(1));
    done(connection);
}

static void pings(void) {
    OK(natsOptions_SetPingInterval(options, 20));
    OK(natsOptions_SetMaxPingsOut(options, 5));
    OK(natsOptions_SetTimeout(options, WAIT));
    OK(natsOptions_SetIOBufSize(options, 4096));
    OK(natsOptions_SetWriteDeadline(options, WAIT));
    OK(natsOptions_SetMaxPendingMsgs(options, 1000));
    OK(natsOptions_SetFailRequestsOnDisconnect(options, true));
    OK(natsOptions_SetIgnoreDiscoveredServers(options, true));
    OK(natsOptions_SetDiscoveredServersCB(options, on_change, "discovered"));
    OK(natsOptions_SetDisconnectedCB(options, on_change, "disconnected"));
    OK(natsOptions_IPResolutionOrder(options, 46));
    OK(natsOptions_SetNoRandomize(options, true));
    const char *servers[] = {"nats://127.0.0.1:1", url};
    OK(natsOptions_SetServers(options, servers, 2));
    natsConnection *connection = open_connection();
    nats_Sleep(400);
    say("still %s, %d seen", natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED ? "connected" : "gone", count);
    done(connection);
}

/* Connected only when the server comes, which the test starts at "waiting". */
static void late(void) {
    OK(natsOptions_SetRetryOnFailedConnect(options, true, on_change, "connected"));
    OK(natsOptions_SetReconnectWait(options, 50));
    OK(natsOptions_SetMaxReconnect(options, 400));
    natsConnection *connection = NULL;
    say("%s", natsStatus_GetText(natsConnection_Connect(&connection, options)));
    say("waiting");
    say("%s", await(0));
    OK(natsConnection_Flush(connection));
    done(connection);
    OK(natsConnection_ConnectTo(&connection, url));
    done(connection);
}

static const struct { const char *name; void (*play)(void); } scenes[] = {
    {"facts", facts}, {"publish-and-subscribe", publish_and_subscribe}, {"subscriptions", subscriptions},
    {"queue-groups", queue_groups}, {"requests", requests}, {"headers", headers}, {"large", large}, {"permissions", permissions},
    {"refused", refused}, {"drain", drain}, {"no-echo", no_echo}, {"reconnect", reconnect}, {"ended", ended},
    {"lame-duck", lame_duck}, {"pings", pings}, {"late", late},
};

static void read_options(int count, char **words) {
    for (int at = 0; at < count; at++) {
        const char *word = words[at];
#define IS(text, further) (strcmp(word, text) == 0 && at + (further) < count)
        if (IS("--creds", 1)) {
            OK(natsOptions_SetUserCredentialsFromFiles(options, words[at + 1], NULL)); at += 1;
        } else if (IS("--creds-callbacks", 1)) {
            OK(natsOptions_SetUserCredentialsCallbacks(
                options, user_token, words[at + 1], sign_with_creds, words[at + 1])); at += 1;
        } else if (IS("--nkey", 2)) {
            OK(natsOptions_SetNKeyFromSeed(options, words[at + 1], words[at + 2])); at += 2;
        } else if (IS("--nkey-callback", 2)) {
            seed_file = words[at + 2];
            OK(natsOptions_SetNKey(options, words[at + 1], sign, NULL)); at += 2;
        } else if (IS("--user", 2)) {
            OK(natsOptions_SetUserInfo(options, words[at + 1], words[at + 2])); at += 2;
        } else if (IS("--token", 1)) {
            OK(natsOptions_SetToken(options, words[at + 1])); at += 1;
        } else if (IS("--token-handler", 1)) {
            token = words[at + 1];
            OK(natsOptions_SetTokenHandler(options, give_token, token)); at += 1;
        } else if (IS("--tls", 1)) {
            OK(natsOptions_SetSecure(options, true));
            OK(natsOptions_LoadCATrustedCertificates(options, words[at + 1])); at += 1;
            OK(natsOptions_SetExpectedHostname(options, "localhost"));
        } else if (IS("--tls-unverified", 0)) {
            OK(natsOptions_SetSecure(options, true));
            OK(natsOptions_SkipServerVerification(options, true));
            OK(natsOptions_SetCiphers(options, "ECDHE-ECDSA-AES128-GCM-SHA256"));
            OK(natsOptions_SetCipherSuites(options, "TLS_AES_128_GCM_SHA256"));
        } else if (IS("--certificate", 2)) {
            OK(natsOptions_LoadCertificatesChain(options, words[at + 1], words[at + 2])); at += 2;
        } else if (IS("--pem", 3)) {
            char *authority = text_of(words[at + 1]), *chain = text_of(words[at + 2]), *key = text_of(words[at + 3]);
            OK(natsOptions_SetSecure(options, true));
            OK(natsOptions_SetExpectedHostname(options, "localhost"));
            OK(natsOptions_SetCATrustedCertificates(options, authority));
            OK(natsOptions_SetCertificatesChain(options, chain, key));
            at += 3;
            free(authority), free(chain), free(key);
        } else if (IS("--verbose", 0)) {
            OK(natsOptions_SetVerbose(options, true));
        } else if (IS("--pedantic", 0)) {
            OK(natsOptions_SetPedantic(options, true));
        } else if (IS("--asap", 0)) {
            OK(natsOptions_SetSendAsap(options, true));
        } else if (IS("--old-requests", 0)) {
            OK(natsOptions_UseOldRequestStyle(options, true));
        } else if (IS("--global-delivery", 0)) {
            OK(nats_SetMessageDeliveryPoolSize(2));
            OK(natsOptions_UseGlobalMessageDelivery(options, true));
        } else {
            fprintf(stderr, "unknown option %s\n", word);
            exit(2);
        }
#undef IS
    }
}

int main(int count, char **words) {
    if (count < 3)
        return 2;
    if (!nats_CheckCompatibility())
        return 2;
    OK(nats_Open(-1));
    OK(natsOptions_Create(&options));
    url = words[2];
    OK(natsOptions_SetURL(options, url));
    read_options(count - 3, words + 3);
    for (size_t which = 0; which < sizeof scenes / sizeof *scenes; which++)
        if (strcmp(scenes[which].name, words[1]) == 0) {
            scenes[which].play();
            natsOptions_Destroy(options);
            return nats_CloseAndWait(WAIT) == NATS_OK ? 0 : 1;
        }
    fprintf(stderr, "no scene %s\n", words[1]);
    return 2;
}
