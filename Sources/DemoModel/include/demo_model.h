#include <stddef.h>
const unsigned char *_Nonnull demo_model_bytes(void);
size_t demo_model_size(void);
