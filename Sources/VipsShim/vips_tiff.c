#include "vips_tiff.h"

#include <math.h>
#include <tiffio.h>

#include "tiff_strips.h"
#include "vips_shared.h"
#include "vips_shim.h"

// Levels of one file; more would be no pyramid.
enum { most_levels = 64 };

static void read_level(TIFF *file, vips_shim_picture picture, vips_shim_tiff_level *level) {
  *level = (vips_shim_tiff_level){.picture = picture, .is_tiled = TIFFIsTiled(file)};
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &level->width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &level->height);
  if (level->is_tiled) {
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &level->tile_width);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &level->tile_height);
  } else {
    level->tile_width = level->width;
    level->tile_height = vips_shim_rows_per_strip(file);
    level->has_free_strips = vips_shim_has_free_strips(file);
  }
}

static int is_reduced(TIFF *file) {
  uint32_t type = 0;
  TIFFGetFieldDefaulted(file, TIFFTAG_SUBFILETYPE, &type);
  return (type & FILETYPE_REDUCEDIMAGE) && !(type & FILETYPE_MASK);
}

// Pixels a length to micrometres a pixel.
static double microns(float resolution, uint16_t unit) {
  if (!(resolution > 0) || !isfinite(resolution)) return 0;
  if (unit == RESUNIT_INCH) return 25400 / (double)resolution;
  if (unit == RESUNIT_CENTIMETER) return 10000 / (double)resolution;
  return 0;
}

static void read_first_page(TIFF *file, vips_shim_tiff *tiff) {
  float x = 0, y = 0;
  uint16_t unit = RESUNIT_NONE;
  char *text = NULL;
  TIFFGetFieldDefaulted(file, TIFFTAG_RESOLUTIONUNIT, &unit);
  TIFFGetField(file, TIFFTAG_XRESOLUTION, &x);
  TIFFGetField(file, TIFFTAG_YRESOLUTION, &y);
  // libvips writes ten pixels a centimetre where it knows of no resolution.
  if (!(unit == RESUNIT_CENTIMETER && x == 10 && y == 10)) {
    tiff->microns_x = microns(x, unit);
    tiff->microns_y = microns(y, unit);
  }
  if (TIFFGetField(file, TIFFTAG_IMAGEDESCRIPTION, &text)) tiff->description = g_strdup(text);
  read_level(file, (vips_shim_picture){VIPS_SHIM_PAGE, 0, -1}, &tiff->levels[tiff->count++]);
}

// The first page's SubIFDs; a directory that cannot be read is no level.
static void read_parts(TIFF *file, vips_shim_tiff *tiff) {
  uint16_t count = 0;
  uint64_t *found = NULL;
  if (!TIFFGetField(file, TIFFTAG_SUBIFD, &count, &found) || count == 0) return;
  // The array goes away with the directory.
  uint64_t *offsets = g_memdup2(found, count * sizeof *found);
  for (int part = 0; part < count && tiff->count < most_levels; part++)
    if (TIFFSetSubDirectory(file, offsets[part]) && is_reduced(file))
      read_level(file, (vips_shim_picture){VIPS_SHIM_PAGE, 0, part}, &tiff->levels[tiff->count++]);
  g_free(offsets);
}

static void read_pages(TIFF *file, vips_shim_tiff *tiff) {
  if (!TIFFSetDirectory(file, 0)) return;
  for (int page = 1; TIFFReadDirectory(file) && tiff->count < most_levels; page++)
    if (is_reduced(file))
      read_level(file, (vips_shim_picture){VIPS_SHIM_PAGE, page, -1}, &tiff->levels[tiff->count++]);
}

vips_shim_tiff *vips_shim_tiff_open(const char *path, char **message) {
  const int started = vips_shim_init() == 0;
  vips_shim_tiff *tiff = NULL;
  vips_shim_begin_exclusive();
  TIFF *file = started ? TIFFOpen(path, vips_shim_tiff_mode) : NULL;
  if (file) {
    tiff = g_new0(vips_shim_tiff, 1);
    tiff->levels = g_new0(vips_shim_tiff_level, most_levels);
    read_first_page(file, tiff);
    read_parts(file, tiff);
    read_pages(file, tiff);
    TIFFClose(file);
  }
  vips_shim_end_exclusive(!tiff, message);
  return tiff;
}

void vips_shim_tiff_free(vips_shim_tiff *tiff) {
  g_free(tiff->description);
  g_free(tiff->levels);
  g_free(tiff);
}
