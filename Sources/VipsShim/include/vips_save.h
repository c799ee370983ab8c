// Pictures of any size to files, drawn part by part as libvips asks for them.
#ifndef VIPS_SAVE_H
#define VIPS_SAVE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  int width;
  int height;
  int bands;         // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
  int is_wide;       // uint16_t samples instead of bytes
  double microns;    // size of a pixel in micrometres; 0 leaves the file without a resolution
  int orientation;   // EXIF's; 0 leaves the file without
  const char *_Nullable description;  // TIFF's ImageDescription
} vips_shim_drawing;

// Draws one part: `samples` is where its first sample goes, interleaved, `stride` the bytes from one row to the next.
// Called from several threads at once, in any order; 0, or -1 to give up.
typedef int (*vips_shim_draw)(
    const void *_Nullable context, int x, int y, int width, int height, void *_Nonnull samples, size_t stride);

// Writes the drawing to `target`, whose suffix tells the format and which may bear libvips' options:
// "big.tif[tile,pyramid,compression=jpeg]". Memory does not grow with the picture. 0, or -1 on failure; what is there
// of the file then is the caller's to remove.
int vips_shim_save(
    const char *_Nonnull target, vips_shim_drawing drawing, vips_shim_draw _Nonnull draw,
    const void *_Nullable context, char *_Nullable *_Nonnull message);

#endif
