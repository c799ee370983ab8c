// SHA-256 from OpenSSL's libcrypto: program-cache keys and the model hash in reports.
#include <openssl/crypto.h>
#include <openssl/evp.h>
