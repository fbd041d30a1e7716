#include "sign_in.h"

#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "failure.h"

/// Finds the nonce in the JSON of INFO and cuts the text off behind it. Nonces are base64url: nothing is escaped.
static const char *nonce_in(char *info) {
    static const char key[] = "\"nonce\":\"";
    char *nonce = strstr(info, key);
    if (nonce == NULL) fail("the server asks for no signature: is it in operator mode? It said: %s", info);
    nonce += strlen(key);
    nonce[strcspn(nonce, "\"")] = '\0';
    return nonce;
}

static void answer(int socket, char *info, const struct credentials *credentials) {
    char signature[SIGNATURE_TEXT];
    credentials_sign(credentials, nonce_in(info), signature);
    char text[LINE_CAPACITY];
    int length = snprintf(
        text, sizeof text,
        "CONNECT {\"verbose\":false,\"pedantic\":false,\"jwt\":\"%s\",\"sig\":\"%s\",\"name\":\"load\",\"lang\":\"c\","
        "\"version\":\"1.0.0\",\"protocol\":1,\"headers\":true,\"no_responders\":true}\r\nPING\r\n",
        credentials->jwt, signature);
    if (length < 0 || (size_t)length >= sizeof text) fail("the user's JWT is too long for this program");
    connection_send(socket, text, (size_t)length);
}

bool sign_in_advance(enum sign_in *state, int socket, const struct credentials *credentials) {
    char line[LINE_CAPACITY];
    if (!connection_line(socket, line, sizeof line)) return false;
    bool information = strncmp(line, "INFO ", 5) == 0;
    if (*state == sign_in_greeting && information) {
        answer(socket, line, credentials);
        *state = sign_in_answer;
    } else if (*state == sign_in_answer && strcmp(line, "PONG") == 0) {
        *state = sign_in_done;
    } else if (*state != sign_in_answer || !information) {
        // A second INFO, with what the server knows about the account, is normal; anything else is not.
        fail("sign-in failed, the server said: %s", line);
    }
    return true;
}
