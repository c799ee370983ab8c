// What the C files of this target share, hidden from Swift.
#ifndef VIPS_SHARED_H
#define VIPS_SHARED_H

#include <stdint.h>
#include <vips/vips.h>

// libvips leaves messages in one buffer for the process. Between these two calls no other reader of images is at
// work, so every message and warning is the caller's own.
void vips_shim_begin_exclusive(void);
// Where `failed`, gives the message to the caller. Returns 0, or -1 where `failed`.
int vips_shim_end_exclusive(int failed, char **message);
// What has been warned of since the exclusive lock was taken, a line each; freed with g_free.
char *vips_shim_warnings(void);

// Whether libvips' loader of this class name reads photographs. NULL is no loader.
int vips_shim_is_photograph(const char *loader);

// Replaces *image by one of sRGB or grey, one or three bands of 8 or 16 bits, alpha flattened on black (`ground` 0)
// or white (1). Pixel by pixel, so a lazy image stays lazy. 0, or -1 with a message.
int vips_shim_in_colours(VipsImage **image, double ground);

// `width` pixels of a prepared region from (left, y) on, as RGB; grey is repeated in all three channels. Bytes for
// 8 bits a sample, floats 0 ... 255 for 16; the other pointer is NULL.
void vips_shim_copy_row(VipsRegion *region, int left, int y, int width, uint8_t *bytes, float *floats);

// Prepares `area` of a picture in colours and copies it; `samples` and `stride` as in vips_regions.h. -1 where it failed
// or any message was left; to be called under the exclusive lock.
int vips_shim_read_rectangle(VipsImage *pixels, VipsRect area, void *samples, size_t stride);

#endif
