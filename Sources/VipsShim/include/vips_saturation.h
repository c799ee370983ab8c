// How colourful the pixels of a small image are, through libvips.
#ifndef VIPS_SATURATION_H
#define VIPS_SATURATION_H

#include <stdint.h>

// Saturation of HSV, 0 ... 255, of `width` * `height` RGB pixels, each the median of the `side` * `side` pixels round it
// (the edge's pixels go on outside). `saturation` holds width * height bytes. 0, or -1 on failure.
int vips_shim_median_saturation(
    const uint8_t *_Nonnull rgb, int width, int height, int side, uint8_t *_Nonnull saturation,
    char *_Nullable *_Nonnull message);

#endif
