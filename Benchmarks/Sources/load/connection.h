#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Opens a non-blocking socket to a server on the loopback interface. The connection may still be under way: the server
/// speaks first, so whoever waits for its first line waits for that too.
int connection_open(uint16_t port);

/// Takes the next line, without its CRLF, and returns true, or returns false when it is not complete yet. Nothing
/// behind the line is read. Ends the process when the server closed the connection.
bool connection_line(int socket, char *line, size_t capacity);

/// Sends a short text on a connection that has room for it.
void connection_send(int socket, const char *text, size_t length);

/// Room for the longest line before messages flow: INFO.
#define LINE_CAPACITY 8192
