// libsodium: Ed25519, X25519, sealed boxes, authenticated encryption, guarded memory.
#include <sodium.h>
