// The demo network (Models/demo), carried inside the binary: a safetensors file, as it lies in the repository.
#ifndef RELPROP_DEMO_MODEL_H
#define RELPROP_DEMO_MODEL_H

#include <stddef.h>

/// The file's bytes; they live as long as the process.
const unsigned char *_Nonnull demo_model_bytes(void);

/// How many there are.
size_t demo_model_size(void);

#endif
