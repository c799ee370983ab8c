// libvips as Swift sees it: opaque structs and plain functions, no GLib types, no variadic calls.
// Every function may be called from any thread. A function that can fail takes `message`: on failure it points
// to text that the caller frees with vips_shim_free, on success it is untouched.
#ifndef VIPS_SHIM_H
#define VIPS_SHIM_H

#include <stddef.h>
#include <stdint.h>

// Starts libvips once for the process; later calls return the first call's result: 0, or -1 where it cannot start.
// The other functions call it themselves.
int vips_shim_init(void);

void vips_shim_free(void *_Nullable memory);

// An image file whose header has been read; pixels are decoded when asked for, once.
typedef struct vips_shim_image vips_shim_image;

// The formats that are photographs (JPEG, PNG, TIFF, WebP, GIF, PPM, JPEG 2000, JPEG XL, HEIF, slides); the first
// page, EXIF rotation applied, colours as sRGB or grey, alpha flattened on white. Truncated and damaged files fail
// when their pixels are decoded, at the latest. NULL on failure.
// An image of more than `pixel_limit` pixels is opened (width and height are known) but must not be decoded.
// A file in no such format is told apart by vips_shim_no_image at the end of the message.
vips_shim_image *_Nullable vips_shim_open(
    const char *_Nonnull path, int64_t pixel_limit, char *_Nullable *_Nonnull message);
extern const char *const _Nonnull vips_shim_no_image;
void vips_shim_close(vips_shim_image *_Nonnull image);

// Pixels, after EXIF rotation.
int vips_shim_width(const vips_shim_image *_Nonnull image);
int vips_shim_height(const vips_shim_image *_Nonnull image);
// 1 where the file has 16 bits a sample: decode it as floats to keep them.
int vips_shim_is_wide(const vips_shim_image *_Nonnull image);

// All pixels, [H][W][3], red first, 0 ... 255; `pixels` holds width * height * 3 samples. 0, or -1 on failure.
// The first for images that are not wide, the second for those that are.
int vips_shim_decode_bytes(
    const vips_shim_image *_Nonnull image, uint8_t *_Nonnull pixels, char *_Nullable *_Nonnull message);
int vips_shim_decode_floats(
    const vips_shim_image *_Nonnull image, float *_Nonnull pixels, char *_Nullable *_Nonnull message);

// A PNG file of [height][width][bands] bytes (bands 1: grey, 3: RGB, 4: with opacity), in memory that the caller frees with
// vips_shim_free. 0, or -1 on failure.
int vips_shim_encode_png(
    const uint8_t *_Nonnull pixels, int width, int height, int bands, uint8_t *_Nullable *_Nonnull bytes,
    size_t *_Nonnull count, char *_Nullable *_Nonnull message);

#endif
