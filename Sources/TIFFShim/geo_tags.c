#include "geo_tags.h"

#include <stdlib.h>
#include <string.h>

enum {
  PIXEL_SCALE = 33550,
  TIEPOINT = 33922,
  TRANSFORMATION = 34264,
  KEY_DIRECTORY = 34735,
  DOUBLE_PARAMS = 34736,
  ASCII_PARAMS = 34737,
  GDAL_METADATA = 42112,
};

static const TIFFFieldInfo fields[] = {
    {PIXEL_SCALE, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, "ModelPixelScaleTag"},
    {TIEPOINT, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, "ModelTiepointTag"},
    {TRANSFORMATION, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, "ModelTransformationTag"},
    {KEY_DIRECTORY, -1, -1, TIFF_SHORT, FIELD_CUSTOM, 1, 1, "GeoKeyDirectoryTag"},
    {DOUBLE_PARAMS, -1, -1, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1, "GeoDoubleParamsTag"},
    {ASCII_PARAMS, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, "GeoAsciiParamsTag"},
    {GDAL_METADATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, "GDALMetadataTag"},
};

void geo_tags_register(TIFF *tiff) { TIFFMergeFieldInfo(tiff, fields, sizeof fields / sizeof *fields); }

int geo_tags_set_metadata(TIFF *tiff, const char *xml) { return TIFFSetField(tiff, GDAL_METADATA, xml); }

int geo_tags_set(TIFF *tiff, const tiff_shim_place *place) {
  int good = 1;
  if (place->scale_count) good = good && TIFFSetField(tiff, PIXEL_SCALE, place->scale_count, place->scale);
  if (place->tiepoints) good = good && TIFFSetField(tiff, TIEPOINT, place->tiepoint_count, place->tiepoints);
  if (place->matrix_count) good = good && TIFFSetField(tiff, TRANSFORMATION, place->matrix_count, place->matrix);
  if (place->keys) good = good && TIFFSetField(tiff, KEY_DIRECTORY, place->key_count, place->keys);
  if (place->doubles) good = good && TIFFSetField(tiff, DOUBLE_PARAMS, place->double_count, place->doubles);
  if (place->text) good = good && TIFFSetField(tiff, ASCII_PARAMS, place->text);
  return good;
}

static int ignore(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) { return 1; }

// The tag's numbers, or NULL where it is absent or of another type. Tags unknown to libtiff come with a 32-bit count.
static void *read_numbers(TIFF *tiff, uint32_t tag, TIFFDataType type, size_t width, int most, int *count) {
  const TIFFField *field = TIFFFindField(tiff, tag, TIFF_ANY);
  *count = 0;
  if (!field || TIFFFieldDataType(field) != type || !TIFFFieldPassCount(field)) return NULL;
  void *values = NULL;
  uint32_t found = 0;
  if (TIFFFieldReadCount(field) == TIFF_VARIABLE2) {
    if (!TIFFGetField(tiff, tag, &found, &values)) return NULL;
  } else {
    uint16_t short_count = 0;
    if (!TIFFGetField(tiff, tag, &short_count, &values)) return NULL;
    found = short_count;
  }
  if (!values || found == 0 || found > (uint32_t)most) return NULL;
  void *copy = calloc(found + 1, width);
  memcpy(copy, values, found * width);
  *count = (int)found;
  return copy;
}

// As many numbers as fit exactly, or none.
static int read_exactly(TIFF *tiff, uint32_t tag, double *to, int count) {
  int found;
  double *values = read_numbers(tiff, tag, TIFF_DOUBLE, sizeof *values, count, &found);
  if (found == count) memcpy(to, values, count * sizeof *to);
  free(values);
  return found == count ? count : 0;
}

int tiff_shim_read_place(const char *path, tiff_shim_place *place) {
  memset(place, 0, sizeof *place);
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, ignore, NULL);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
  TIFF *tiff = TIFFOpenExt(path, "r", options);
  TIFFOpenOptionsFree(options);
  if (!tiff) return -1;
  int ignored;
  place->scale_count = read_exactly(tiff, PIXEL_SCALE, place->scale, 3);
  place->matrix_count = read_exactly(tiff, TRANSFORMATION, place->matrix, 16);
  place->tiepoints = read_numbers(tiff, TIEPOINT, TIFF_DOUBLE, 8, 1 << 16, &place->tiepoint_count);
  place->keys = read_numbers(tiff, KEY_DIRECTORY, TIFF_SHORT, 2, 1 << 15, &place->key_count);
  place->doubles = read_numbers(tiff, DOUBLE_PARAMS, TIFF_DOUBLE, 8, 1 << 15, &place->double_count);
  place->text = read_numbers(tiff, ASCII_PARAMS, TIFF_ASCII, 1, 1 << 16, &ignored);
  TIFFClose(tiff);
  if (place->keys && (place->matrix_count || place->tiepoint_count >= 6)) return 0;
  tiff_shim_free_place(place);
  return -1;
}

void tiff_shim_free_place(tiff_shim_place *place) {
  free(place->tiepoints);
  free(place->keys);
  free(place->doubles);
  free(place->text);
  memset(place, 0, sizeof *place);
}
