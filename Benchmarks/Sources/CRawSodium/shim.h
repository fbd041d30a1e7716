// libsodium without anything of ours around it: what the credentials are measured against.
#include <sodium.h>
