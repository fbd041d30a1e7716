#include "sender.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "failure.h"

/// Large enough that a system call costs little per message, small enough to stay in the processor's cache.
#define LARGEST_WRITE (128 * 1024)

static uint64_t allowed_bytes(const struct sender *sender) {
    return sender->block == NULL ? 0 : sender->allowed * sender->block->message_size;
}

void sender_answer(struct sender *sender, const char *bytes, size_t length) {
    if (sender->answers_length + length > ANSWERS_CAPACITY) fail("too many answers wait to be sent");
    memcpy(sender->answers + sender->answers_length, bytes, length);
    sender->answers_length += length;
}

static void append_line(struct sender *sender, const char *line) {
    size_t length = strlen(line);
    if (sender->answers != NULL) {
        sender_answer(sender, line, length);
        return;
    }
    if (sender->lines_length + length > sizeof sender->lines) fail("too many protocol lines wait to be sent");
    memcpy(sender->lines + sender->lines_length, line, length);
    sender->lines_length += length;
}

void sender_line(struct sender *sender, const char *line) {
    if (sender->lines_length == 0) {
        size_t begun = sender->block == NULL ? 0 : sender->sent % sender->block->message_size;
        sender->lines_position = sender->sent + (begun == 0 ? 0 : sender->block->message_size - begun);
    }
    append_line(sender, line);
}

void sender_last_line(struct sender *sender, const char *line) {
    sender->lines_position = allowed_bytes(sender);
    append_line(sender, line);
}

bool sender_pending(const struct sender *sender) {
    return sender->lines_length > 0 || sender->answers_length > 0 || sender->sent < allowed_bytes(sender);
}

static size_t write_some(struct sender *sender, const char *bytes, size_t length) {
    ssize_t written = send(sender->socket, bytes, length, MSG_NOSIGNAL);
    // When the server closed the connection, the reader finds out, and reads the server's reason if there is one.
    bool closed = written < 0 && (errno == EPIPE || errno == ECONNRESET);
    if (written < 0 && !closed && errno != EAGAIN && errno != EINTR)
        fail("cannot send to the server: %s", strerror(errno));
    sender->full = written < (ssize_t)length;
    return written < 0 ? 0 : (size_t)written;
}

void sender_push(struct sender *sender) {
    if (sender->answers_length > 0) {
        size_t written = write_some(sender, sender->answers, sender->answers_length);
        sender->answers_length -= written;
        memmove(sender->answers, sender->answers + written, sender->answers_length);
        return;
    }
    bool lines_wait = sender->lines_length > 0;
    uint64_t left = (lines_wait ? sender->lines_position : allowed_bytes(sender)) - sender->sent;
    if (left > 0) {
        size_t offset = sender->sent % sender->block->length;
        size_t length = sender->block->length - offset;
        if (length > left) length = left;
        if (length > LARGEST_WRITE) length = LARGEST_WRITE;
        size_t written = write_some(sender, sender->block->bytes + offset, length);
        sender->sent += written;
        left -= written;
    }
    if (left == 0 && lines_wait) {
        size_t written = write_some(sender, sender->lines, sender->lines_length);
        sender->lines_length -= written;
        memmove(sender->lines, sender->lines + written, sender->lines_length);
    }
}

uint64_t sender_messages(const struct sender *sender) {
    return sender->block == NULL ? 0 : sender->sent / sender->block->message_size;
}
