#define _GNU_SOURCE  // strdup, off_t
#include "tiff_shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include "geo_tags.h"

struct tiff_shim_file {
  TIFF *tiff;
  int descriptor;
  int code;           // errno of the first call of the system that failed
  char message[512];  // of the first error libtiff told of
  int count;
  uint64_t *offsets;  // of the directories
  void *encoded;      // a compressed tile
  size_t capacity;
};

// libtiff's view of the file. Errors of the system are kept: libtiff tells of them in its own words alone.

static tmsize_t keep(tiff_shim_file *file, tmsize_t result) {
  if (result < 0 && !file->code) file->code = errno;
  return result;
}

static tmsize_t read_bytes(thandle_t handle, void *bytes, tmsize_t count) {
  tiff_shim_file *file = handle;
  tmsize_t done = 0;
  while (done < count) {
    ssize_t step = read(file->descriptor, (char *)bytes + done, count - done);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return keep(file, -1);
    if (step == 0) break;
    done += step;
  }
  return done;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) {
  tiff_shim_file *file = handle;
  tmsize_t done = 0;
  while (done < count) {
    ssize_t step = write(file->descriptor, (const char *)bytes + done, count - done);
    if (step < 0 && errno == EINTR) continue;
    if (step <= 0) return keep(file, -1);
    done += step;
  }
  return done;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  tiff_shim_file *file = handle;
  return (toff_t)keep(file, lseek(file->descriptor, (off_t)offset, whence));
}

static toff_t size(thandle_t handle) {
  struct stat status;
  return fstat(((tiff_shim_file *)handle)->descriptor, &status) ? 0 : (toff_t)status.st_size;
}

static int leave_open(thandle_t handle) { return 0; }

static int note_error(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) {
  tiff_shim_file *file = context;
  if (!*file->message) vsnprintf(file->message, sizeof file->message, format, arguments);
  return 1;
}

static int ignore(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) { return 1; }

static int open_tiff(tiff_shim_file *file, const char *mode) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, file);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
  lseek(file->descriptor, 0, SEEK_SET);
  file->tiff = TIFFClientOpenExt(
      "file", mode, file, read_bytes, write_bytes, seek, leave_open, size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  if (!file->tiff) return -1;
  geo_tags_register(file->tiff);
  return 0;
}

static int begin_picture(TIFF *tiff, const tiff_shim_picture *picture, const char *software) {
  int good = TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)picture->width) &&
             TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)picture->height) &&
             TIFFSetField(tiff, TIFFTAG_TILEWIDTH, (uint32_t)picture->tile) &&
             TIFFSetField(tiff, TIFFTAG_TILELENGTH, (uint32_t)picture->tile) &&
             TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, picture->bands) &&
             TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
             TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  if (picture->is_float) {
    good = good && TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP) &&
           TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
           TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_FLOATINGPOINT);
    uint16_t unspecified[8] = {EXTRASAMPLE_UNSPECIFIED};
    if (picture->bands > 1) good = good && TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, picture->bands - 1, unspecified);
  } else {
    good = good && TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8) &&
           TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB) &&
           TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  }
  if (picture->is_reduced) good = good && TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
  if (!picture->is_reduced) good = good && TIFFSetField(tiff, TIFFTAG_SOFTWARE, software);
  if (picture->description) good = good && TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, picture->description);
  if (picture->pixels_per_centimetre > 0)
    good = good && TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER) &&
           TIFFSetField(tiff, TIFFTAG_XRESOLUTION, picture->pixels_per_centimetre) &&
           TIFFSetField(tiff, TIFFTAG_YRESOLUTION, picture->pixels_per_centimetre);
  if (picture->gdal_metadata) good = good && geo_tags_set_metadata(tiff, picture->gdal_metadata);
  if (picture->place) good = good && geo_tags_set(tiff, picture->place);
  return good ? 0 : -1;
}

// Directories first, with room for the tables of tiles behind them: what a reader over a network fetches at once.
static int write_directories(tiff_shim_file *file, const tiff_shim_picture *pictures, const char *software) {
  TIFF *tiff = file->tiff;
  for (int i = 0; i < file->count; i++) {
    const tiff_shim_picture *picture = &pictures[i];
    if (i > 0 && TIFFCreateDirectory(tiff) != 0) return -1;
    if (begin_picture(tiff, picture, software)) return -1;
    if (picture->children) {
      // The library fills in the offsets of as many directories as follow.
      uint64_t *offsets = calloc(picture->children, sizeof *offsets);
      int set = TIFFSetField(tiff, TIFFTAG_SUBIFD, picture->children, offsets);
      free(offsets);
      if (!set) return -1;
    }
    if (!TIFFDeferStrileArrayWriting(tiff) || !TIFFWriteCheck(tiff, 1, "relprop") || !TIFFWriteDirectory(tiff)) return -1;
  }
  for (int i = 0, top = 0; i < file->count; top++) {
    if (!TIFFSetDirectory(tiff, (tdir_t)top)) return -1;
    file->offsets[i++] = TIFFCurrentDirOffset(tiff);
    uint16_t children = 0;
    uint64_t *offsets = NULL;
    if (!TIFFGetField(tiff, TIFFTAG_SUBIFD, &children, &offsets)) continue;
    for (int child = 0; child < children && i < file->count; child++) file->offsets[i++] = offsets[child];
  }
  for (int i = 0; i < file->count; i++)
    if (!TIFFSetSubDirectory(tiff, file->offsets[i]) || !TIFFForceStrileArrayWriting(tiff)) return -1;
  return 0;
}

tiff_shim_file *tiff_shim_create(
    int descriptor, const tiff_shim_picture *pictures, int count, const char *software, char **message, int *code) {
  tiff_shim_file *file = calloc(1, sizeof *file);
  file->descriptor = descriptor;
  file->count = count;
  file->offsets = calloc(count, sizeof *file->offsets);
  int failed = open_tiff(file, "w8") || write_directories(file, pictures, software);
  if (file->tiff) TIFFClose(file->tiff);
  file->tiff = NULL;
  // Opened again, because tables of tiles are updated in place in this mode alone.
  failed = failed || file->code || open_tiff(file, "r+");
  if (!failed) return file;
  *message = strdup(file->message);
  *code = file->code;
  tiff_shim_free(file);
  return NULL;
}

int tiff_shim_select(tiff_shim_file *file, int picture) {
  return TIFFFlush(file->tiff) && TIFFSetSubDirectory(file->tiff, file->offsets[picture]) && !file->code ? 0 : -1;
}

int tiff_shim_write(tiff_shim_file *file, uint32_t number, const void *samples, size_t bytes) {
  // The library predicts in place.
  if (file->capacity < bytes) {
    free(file->encoded);
    file->encoded = malloc(bytes);
    file->capacity = bytes;
  }
  memcpy(file->encoded, samples, bytes);
  return TIFFWriteEncodedTile(file->tiff, number, file->encoded, (tmsize_t)bytes) < 0 || file->code ? -1 : 0;
}

int tiff_shim_repeat(tiff_shim_file *file, uint32_t model, uint32_t number) {
  size_t bytes = (size_t)TIFFGetStrileByteCount(file->tiff, model);
  if (file->capacity < bytes) {
    free(file->encoded);
    file->encoded = malloc(bytes);
    file->capacity = bytes;
  }
  tmsize_t count = TIFFReadRawTile(file->tiff, model, file->encoded, (tmsize_t)bytes);
  return count < 0 || TIFFWriteRawTile(file->tiff, number, file->encoded, count) < 0 || file->code ? -1 : 0;
}

int tiff_shim_finish(tiff_shim_file *file) { return TIFFFlush(file->tiff) && !file->code ? 0 : -1; }

const char *tiff_shim_message(const tiff_shim_file *file) { return file->message; }

int tiff_shim_code(const tiff_shim_file *file) { return file->code; }

void tiff_shim_free(tiff_shim_file *file) {
  if (file->tiff) TIFFClose(file->tiff);
  free(file->offsets);
  free(file->encoded);
  free(file);
}
