#include "demo_model.h"

// #embed is C23; clang reads it in C11 as well and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Aligned as safetensors aligns its tensors, so that they can be read in place.
_Alignas(64) static const unsigned char bytes[] = {
#embed "../../Models/demo/vgg16-scenes.safetensors"
};

const unsigned char *demo_model_bytes(void) { return bytes; }

size_t demo_model_size(void) { return sizeof bytes; }
