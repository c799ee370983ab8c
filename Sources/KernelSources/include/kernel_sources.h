// The text of Kernels/, carried inside the binary, and the structures kernels and host share.
#ifndef RELPROP_KERNEL_SOURCES_H
#define RELPROP_KERNEL_SOURCES_H
#include <stddef.h>

#include "../../../Kernels/geometry.h"

typedef struct {
  const char *name;  // path below Kernels/
  const char *text;
  size_t length;
} KernelSource;

size_t kernel_source_count(void);
KernelSource kernel_source_at(size_t index);

#endif
