// libtiff as Swift sees it: a tiled BigTIFF whose directories all stand before the pixels, and the georeferencing of a
// file. No variadic calls.
#ifndef RELPROP_TIFF_SHIM_H
#define RELPROP_TIFF_SHIM_H

#include <stddef.h>
#include <stdint.h>

/// Where a picture lies on the earth: GeoTIFF's tags (OGC 19-008), as they stand in a file. Counts are of numbers.
typedef struct {
  double scale[3];  // 33550 ModelPixelScale
  int scale_count;  // 3, or 0 where absent
  double *_Nullable tiepoints;  // 33922 ModelTiepoint: i, j, k, x, y, z each
  int tiepoint_count;
  double matrix[16];  // 34264 ModelTransformation
  int matrix_count;   // 16, or 0 where absent
  uint16_t *_Nullable keys;  // 34735 GeoKeyDirectory
  int key_count;
  double *_Nullable doubles;  // 34736 GeoDoubleParams
  int double_count;
  char *_Nullable text;  // 34737 GeoAsciiParams
} tiff_shim_place;

/// Reads the tags of the first picture in a file into `place`, whose arrays the caller frees with tiff_shim_free_place.
/// 0; or -1, with nothing to free, where it is no TIFF file or says of no place.
int tiff_shim_read_place(const char *_Nonnull path, tiff_shim_place *_Nonnull place);
void tiff_shim_free_place(tiff_shim_place *_Nonnull place);

/// One picture (directory) of a file.
typedef struct {
  int32_t width;
  int32_t height;
  /// Width and height of its tiles.
  int32_t tile;
  /// Samples a pixel, interleaved.
  uint16_t bands;
  /// 1: float32, compressed after prediction of floats. 0: 8-bit RGB, after prediction of neighbours.
  int is_float;
  /// 1: a smaller copy of another picture.
  int is_reduced;
  /// So many of the pictures that follow are its SubIFDs; 0: what follows stands in the chain.
  uint16_t children;
  /// 0: not known.
  double pixels_per_centimetre;
  const char *_Nullable description;
  /// XML of GDAL's tag 42112: names of bands.
  const char *_Nullable gdal_metadata;
  const tiff_shim_place *_Nullable place;
} tiff_shim_picture;

/// A file in work.
typedef struct tiff_shim_file tiff_shim_file;

/// Begins a BigTIFF in an empty file open for reading and writing: all directories, their tiles still missing.
/// Deflate, tiles. NULL on failure: `message` is then text to be freed with free(), `code` the system's error, or 0.
tiff_shim_file *_Nullable tiff_shim_create(
    int descriptor, const tiff_shim_picture *_Nonnull pictures, int count, const char *_Nonnull software,
    char *_Nullable *_Nonnull message, int *_Nonnull code);

/// Chooses the picture whose tiles are written next. One at a time: going back and forth rewrites tables.
/// These return 0, or -1 on failure.
int tiff_shim_select(tiff_shim_file *_Nonnull file, int picture);

/// Writes tile `number` (row by row) of the chosen picture: tile · tile · bands samples.
int tiff_shim_write(
    tiff_shim_file *_Nonnull file, uint32_t number, const void *_Nonnull samples, size_t bytes);

/// Writes tile `number` with the same compressed bytes as tile `model` of the chosen picture, written before.
int tiff_shim_repeat(tiff_shim_file *_Nonnull file, uint32_t model, uint32_t number);

/// Writes what is still in memory. The file stays open.
int tiff_shim_finish(tiff_shim_file *_Nonnull file);

/// What went wrong first, and the system's error where it was one, else 0.
const char *_Nonnull tiff_shim_message(const tiff_shim_file *_Nonnull file);
int tiff_shim_code(const tiff_shim_file *_Nonnull file);

/// To be called at the end, after success and failure. Does not close the descriptor.
void tiff_shim_free(tiff_shim_file *_Nonnull file);

#endif
