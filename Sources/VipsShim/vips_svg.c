#include "vips_svg.h"

#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

#include "vips_shim.h"

static int fail(char *message, size_t capacity) {
  snprintf(message, capacity, "%s", vips_error_buffer());
  vips_error_clear();
  return 1;
}

int relprop_svg_draw(
    const char *text, size_t text_length, int width, int height, unsigned char *rgba,
    char *message, size_t message_capacity) {
  if (vips_shim_init() != 0) return fail(message, message_capacity);

  // A source, not a buffer: libvips' operation cache knows buffers by address and might answer with an older drawing.
  VipsSource *source = vips_source_new_from_memory(text, text_length);
  VipsImage *image = NULL;
  int loaded = vips_svgload_source(source, &image, NULL);
  g_object_unref(source);
  if (loaded != 0) return fail(message, message_capacity);

  if (vips_image_get_width(image) != width || vips_image_get_height(image) != height ||
      vips_image_get_bands(image) != 4) {
    snprintf(
        message, message_capacity, "expected %d x %d pixels of 4 bands, found %d x %d of %d", width, height,
        vips_image_get_width(image), vips_image_get_height(image), vips_image_get_bands(image));
    g_object_unref(image);
    return 1;
  }
  size_t size = 0;
  void *pixels = vips_image_write_to_memory(image, &size);
  g_object_unref(image);
  if (pixels == NULL) return fail(message, message_capacity);
  memcpy(rgba, pixels, (size_t)width * (size_t)height * 4);
  g_free(pixels);
  return 0;
}
