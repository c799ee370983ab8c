#include "vips_shim.h"

#include <pthread.h>
#include <string.h>
#include <vips/vips.h>

// One start for the process, whichever thread comes first.
static pthread_once_t started = PTHREAD_ONCE_INIT;
static int start_result = -1;

static void start(void) {
  start_result = vips_init("relprop") == 0 ? 0 : -1;
  // The operation cache would hand out a file's old pixels after the file has changed, and keep decoded images alive.
  if (start_result == 0) vips_cache_set_max(0);
}

int vips_shim_init(void) {
  pthread_once(&started, start);
  return start_result;
}

void vips_shim_free(void *memory) { g_free(memory); }
