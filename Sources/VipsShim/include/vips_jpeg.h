// JPEG files in memory, through libvips.
#ifndef VIPS_JPEG_H
#define VIPS_JPEG_H

#include <stddef.h>
#include <stdint.h>

// A JPEG file of [height][width][3] bytes, red first, `quality` 1 ... 100, in memory that the caller frees with
// vips_shim_free. 0; or -1 on failure, with `message` as in vips_shim.h.
int vips_shim_encode_jpeg(
    const uint8_t *_Nonnull pixels, int width, int height, int quality, uint8_t *_Nullable *_Nonnull bytes,
    size_t *_Nonnull count, char *_Nullable *_Nonnull message);

#endif
