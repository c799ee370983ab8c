#define _GNU_SOURCE  // syncfs
#include "file_system_shim.h"

#include <unistd.h>

int relprop_flush_file_system(int descriptor) { return syncfs(descriptor); }
