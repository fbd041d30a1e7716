#include "receiver.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "failure.h"

#define LARGEST_READ (256 * 1024)

uint64_t receiver_messages(const struct receiver *receiver) {
    return receiver->block == NULL ? 0 : receiver->received / receiver->block->message_size;
}

static void handle_line(struct receiver *receiver, struct sender *sender) {
    char *line = receiver->line;
    line[strcspn(line, "\r\n")] = '\0';
    if (strcmp(line, "PING") == 0) {
        sender_line(sender, "PONG\r\n");
    } else if (strcmp(line, "PONG") == 0) {
        receiver->pongs += 1;
    } else if (strncmp(line, "INFO ", 5) != 0) {
        // `-ERR` above all, but also messages that nobody asked for.
        fail("%s, after %" PRIu64 " messages, got: %.200s", receiver->client, receiver_messages(receiver), line);
    }
}

/// Takes the bytes of a protocol line and returns how many they were.
static size_t take_line(struct receiver *receiver, struct sender *sender, const char *bytes, size_t length) {
    const char *end = memchr(bytes, '\n', length);
    size_t taken = end == NULL ? length : (size_t)(end - bytes) + 1;
    if (receiver->line_length + taken >= sizeof receiver->line)
        fail("%s got a protocol line of more than %zu bytes", receiver->client, sizeof receiver->line);
    memcpy(receiver->line + receiver->line_length, bytes, taken);
    receiver->line_length += taken;
    receiver->line[receiver->line_length] = '\0';
    if (end != NULL) {
        handle_line(receiver, sender);
        receiver->line_length = 0;
    }
    return taken;
}

/// How many bytes at the start of both texts are the same.
static size_t common_prefix(const char *one, const char *other, size_t length) {
    if (memcmp(one, other, length) == 0) return length;
    size_t same = 0;
    while (one[same] == other[same]) same++;
    return same;
}

/// Takes bytes of messages, as far as they are the expected ones, and returns how many they were.
static size_t take_messages(struct receiver *receiver, const char *bytes, size_t length) {
    const struct block *block = receiver->block;
    size_t offset = receiver->received % block->length;
    if (length > block->length - offset) length = block->length - offset;
    size_t same = common_prefix(block->bytes + offset, bytes, length);
    receiver->received += same;
    // Protocol lines never begin like a message, so a line that stands between two messages differs from the expected
    // bytes exactly where the next message would begin. Any other difference is damage.
    if (same < length && receiver->received % block->message_size != 0)
        fail(
            "%s, after %" PRIu64 " messages, got other bytes than were published: %.60s", receiver->client,
            receiver_messages(receiver), bytes + same);
    return same;
}

struct line_context {
    struct receiver *receiver;
    struct sender *sender;
};

static void take_other_line(void *context, const char *text, size_t length) {
    struct line_context *each = context;
    take_line(each->receiver, each->sender, text, length);
}

void receiver_read(struct receiver *receiver, struct sender *sender) {
    // One zero more, so that an error message may print from anywhere in it.
    static char buffer[LARGEST_READ + 1];
    ssize_t count = recv(receiver->socket, buffer, LARGEST_READ, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) fail("%s cannot read from the server: %s", receiver->client, strerror(errno));
    if (count == 0)
        fail(
            "the server closed the connection of %s after %" PRIu64 " messages", receiver->client,
            receiver_messages(receiver));
    buffer[count] = '\0';

    const char *bytes = buffer;
    size_t length = (size_t)count;
    if (receiver->responder != NULL) {
        struct line_context context = {.receiver = receiver, .sender = sender};
        responder_take(receiver->responder, sender, bytes, length, take_other_line, &context);
        return;
    }
    while (length > 0) {
        bool inside_message = receiver->block != NULL && receiver->received % receiver->block->message_size != 0;
        bool message = receiver->block != NULL && receiver->line_length == 0 && (inside_message || *bytes == 'M');
        size_t taken =
            message ? take_messages(receiver, bytes, length) : take_line(receiver, sender, bytes, length);
        bytes += taken;
        length -= taken;
    }
}
