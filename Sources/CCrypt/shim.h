// libxcrypt: bcrypt, which neither libsodium nor OpenSSL has.
#include <crypt.h>
