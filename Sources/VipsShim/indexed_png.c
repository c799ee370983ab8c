#include "indexed_png.h"

#include <glib.h>
#include <png.h>
#include <string.h>

int indexed_png_encode(
    const uint8_t *indices, int width, int height, const uint8_t *palette, uint8_t **bytes, size_t *count,
    char **message) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 256;
  // The bound is known without compressing twice.
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  uint8_t *file = g_malloc(size);
  if (!png_image_write_to_memory(&image, file, &size, 0, indices, width, palette)) {
    *message = g_strdup(image.message);
    g_free(file);
    png_image_free(&image);
    return -1;
  }
  *bytes = g_realloc(file, size);
  *count = size;
  return 0;
}
