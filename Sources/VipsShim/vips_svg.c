#include "vips_svg.h"

#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

#include "vips_shared.h"
#include "vips_shim.h"

static int draw(
    const char *text, size_t text_length, int width, int height, unsigned char *rgba) {
  // A source, not a buffer: libvips' operation cache knows buffers by address and might answer with an older drawing.
  VipsSource *source = vips_source_new_from_memory(text, text_length);
  VipsImage *image = NULL;
  int failed = vips_svgload_source(source, &image, NULL);
  g_object_unref(source);
  if (failed) return -1;

  size_t size = 0;
  void *pixels = NULL;
  if (vips_image_get_width(image) != width || vips_image_get_height(image) != height ||
      vips_image_get_bands(image) != 4)
    vips_error(
        NULL, "expected %d x %d pixels of 4 bands, found %d x %d of %d", width, height, vips_image_get_width(image),
        vips_image_get_height(image), vips_image_get_bands(image));
  else
    pixels = vips_image_write_to_memory(image, &size);
  g_object_unref(image);
  if (pixels) memcpy(rgba, pixels, (size_t)width * (size_t)height * 4);
  g_free(pixels);
  return pixels ? 0 : -1;
}

int relprop_svg_draw(
    const char *text, size_t text_length, int width, int height, unsigned char *rgba,
    char *message, size_t message_capacity) {
  const int started = vips_shim_init() == 0;
  if (started && draw(text, text_length, width, height, rgba) == 0) return 0;
  char *told = NULL;
  vips_shim_begin_exclusive();
  const int failed = !started || draw(text, text_length, width, height, rgba);
  if (!vips_shim_end_exclusive(failed, &told)) return 0;
  snprintf(message, message_capacity, "%s", told);
  g_free(told);
  return 1;
}
