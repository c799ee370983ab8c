// Bytes and a palette to a PNG file, through libpng: libvips only quantizes colours itself, and would choose others.
#ifndef INDEXED_PNG_H
#define INDEXED_PNG_H

#include <stddef.h>
#include <stdint.h>

// `indices` is [height][width], `palette` 256 x 3 bytes, red first. The file is in memory that the caller frees with
// vips_shim_free. 0, or -1 on failure: `message` is then text that the caller frees likewise.
int indexed_png_encode(
    const uint8_t *_Nonnull indices, int width, int height, const uint8_t *_Nonnull palette,
    uint8_t *_Nullable *_Nonnull bytes, size_t *_Nonnull count, char *_Nullable *_Nonnull message);

#endif
