#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "failure.h"

int connection_open(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("cannot make a socket: %s", strerror(errno));
    // Without this a small write could wait for the acknowledgement of the one before.
    int on = 1;
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        fail("cannot set TCP_NODELAY: %s", strerror(errno));
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
        fail("cannot connect to port %d: %s", port, strerror(errno));
    return descriptor;
}

bool connection_line(int socket, char *line, size_t capacity) {
    // Looked at first and then taken up to its end, so that the bytes behind it stay for the next reader.
    ssize_t seen = recv(socket, line, capacity, MSG_PEEK);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (seen < 0) fail("cannot read from the server: %s", strerror(errno));
    if (seen == 0) fail("the server closed the connection during sign-in");
    char *end = memchr(line, '\n', (size_t)seen);
    if (end == NULL && (size_t)seen == capacity) fail("the server sent a line of more than %zu bytes", capacity);
    if (end == NULL) return false;
    size_t length = (size_t)(end - line) + 1;
    if (recv(socket, line, length, 0) != (ssize_t)length) fail("cannot take a line that was already seen");
    if (length < 2 || line[length - 2] != '\r') fail("the server sent a line that does not end in CRLF");
    line[length - 2] = '\0';
    return true;
}

void connection_send(int socket, const char *text, size_t length) {
    ssize_t sent = send(socket, text, length, MSG_NOSIGNAL);
    if (sent < 0) fail("cannot send to the server: %s", strerror(errno));
    if ((size_t)sent != length) fail("a new connection took %zd of %zu bytes", sent, length);
}
