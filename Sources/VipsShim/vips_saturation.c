#include "vips_saturation.h"

#include <string.h>

#include "vips_shared.h"
#include "vips_shim.h"

// Each step's result in `steps`, so that one loop drops them all.
static int run(VipsImage **steps, const uint8_t *rgb, int width, int height, int side) {
  steps[0] =
      vips_image_new_from_memory(rgb, (size_t)width * height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
  if (!steps[0]) return -1;
  steps[0]->Type = VIPS_INTERPRETATION_sRGB;
  return vips_sRGB2HSV(steps[0], &steps[1], NULL) || vips_extract_band(steps[1], &steps[2], 1, NULL) ||
         vips_median(steps[2], &steps[3], side, NULL);
}

int vips_shim_median_saturation(
    const uint8_t *rgb, int width, int height, int side, uint8_t *saturation, char **message) {
  VipsImage *steps[4] = {NULL};
  const int started = vips_shim_init() == 0;
  vips_shim_begin_exclusive();
  int failed = !started || run(steps, rgb, width, height, side);
  size_t count = 0;
  void *bytes = failed ? NULL : vips_image_write_to_memory(steps[3], &count);
  if (bytes) memcpy(saturation, bytes, (size_t)width * height);
  g_free(bytes);
  for (int i = 0; i < 4; i++)
    if (steps[i]) g_object_unref(steps[i]);
  return vips_shim_end_exclusive(!bytes, message);
}
