// What libvips does not tell of a TIFF file, through libtiff: its levels, its tiles, and strips in any order.
#ifndef VIPS_TIFF_H
#define VIPS_TIFF_H

#include <stddef.h>
#include <stdint.h>

#include "vips_regions.h"

// A picture that is the first page, or that page at a lower resolution.
typedef struct {
  vips_shim_picture picture;
  uint32_t width;
  uint32_t height;
  int is_tiled;
  // Of a tile; of a strip otherwise.
  uint32_t tile_width;
  uint32_t tile_height;
  // 1 where any strip can be decoded by itself, at a cost that does not depend on the picture's height.
  int has_free_strips;
} vips_shim_tiff_level;

typedef struct {
  // The first page, then its SubIFDs and the following pages that call themselves reduced images of it.
  vips_shim_tiff_level *_Nonnull levels;
  int count;
  // Micrometres a pixel by the resolution tags of the first page; 0 where they do not say.
  double microns_x;
  double microns_y;
  // ImageDescription of the first page; NULL where it has none.
  char *_Nullable description;
} vips_shim_tiff;

// Reads the directories, no pixels. NULL on failure; to be freed with vips_shim_tiff_free.
vips_shim_tiff *_Nullable vips_shim_tiff_open(const char *_Nonnull path, char *_Nullable *_Nonnull message);
void vips_shim_tiff_free(vips_shim_tiff *_Nonnull tiff);

// A striped picture whose strips are decoded in any order.
typedef struct vips_shim_strips vips_shim_strips;

// `ground` and `form` as in vips_regions.h. NULL on failure.
vips_shim_strips *_Nullable vips_shim_strips_open(
    const char *_Nonnull path, vips_shim_picture picture, double ground, vips_shim_form *_Nonnull form,
    char *_Nullable *_Nonnull message);
void vips_shim_strips_close(vips_shim_strips *_Nonnull strips);

// All rows of `count` strips from number `first` on, RGB, bytes or floats as in vips_shim_regions_read, rows next to
// each other. 0, or -1 where anything at all was complained of; other strips can be read all the same.
int vips_shim_strips_read(
    vips_shim_strips *_Nonnull strips, int first, int count, void *_Nonnull samples,
    char *_Nullable *_Nonnull message);

#endif
