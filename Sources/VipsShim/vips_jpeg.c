#include "vips_jpeg.h"

#include <vips/vips.h>

#include "vips_shim.h"

int vips_shim_encode_jpeg(
    const uint8_t *pixels, int width, int height, int quality, uint8_t **bytes, size_t *count, char **message) {
  void *buffer = NULL;
  VipsImage *image = NULL;
  if (vips_shim_init() == 0)
    image = vips_image_new_from_memory(pixels, (size_t)width * height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
  int failed = !image;
  if (image) {
    image->Type = VIPS_INTERPRETATION_sRGB;
    failed = vips_jpegsave_buffer(image, &buffer, count, "Q", quality, "strip", TRUE, NULL);
    g_object_unref(image);
  }
  if (failed) *message = g_strdup(vips_error_buffer());
  *bytes = buffer;
  return failed ? -1 : 0;
}
