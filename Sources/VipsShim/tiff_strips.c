#include "tiff_strips.h"

#include <string.h>

// A file in memory, as libtiff's client.
typedef struct {
  GByteArray *bytes;
  toff_t at;
} memory_file;

static tmsize_t memory_read(thandle_t handle, void *to, tmsize_t count) {
  memory_file *file = handle;
  const toff_t left = file->at < file->bytes->len ? file->bytes->len - file->at : 0;
  if ((toff_t)count > left) count = (tmsize_t)left;
  memcpy(to, file->bytes->data + file->at, count);
  file->at += count;
  return count;
}

static tmsize_t memory_write(thandle_t handle, void *from, tmsize_t count) {
  memory_file *file = handle;
  if (file->at + count > G_MAXUINT) return -1;
  if (file->at + count > file->bytes->len) g_byte_array_set_size(file->bytes, file->at + count);
  memcpy(file->bytes->data + file->at, from, count);
  file->at += count;
  return count;
}

static toff_t memory_seek(thandle_t handle, toff_t offset, int whence) {
  memory_file *file = handle;
  file->at = offset + (whence == SEEK_CUR ? file->at : whence == SEEK_END ? file->bytes->len : 0);
  return file->at;
}

static toff_t memory_size(thandle_t handle) { return ((memory_file *)handle)->bytes->len; }
static int memory_close(thandle_t handle) { return 0; }

uint32_t vips_shim_rows_per_strip(TIFF *file) {
  uint32_t height = 0, rows = 0;
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &rows);
  return CLAMP(rows, 1, MAX(height, 1));
}

int vips_shim_has_free_strips(TIFF *file) {
  // Compressions whose strips stand alone, with the tags that are copied below.
  static const uint16_t known[] = {
      COMPRESSION_NONE,          COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4, COMPRESSION_LZW,
      COMPRESSION_JPEG,          COMPRESSION_DEFLATE,  COMPRESSION_PACKBITS,  COMPRESSION_LZMA,      COMPRESSION_ZSTD,
      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_WEBP,
  };
  // A longer strip is read row by row from its top, in order.
  const tmsize_t longest = 16 << 20;
  uint16_t compression = 0;
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
  if (TIFFIsTiled(file) || TIFFStripSize(file) > longest) return 0;
  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    if (known[i] == compression) return 1;
  return 0;
}

static void copy_short(TIFF *from, TIFF *to, uint32_t tag) {
  uint16_t value;
  if (TIFFGetField(from, tag, &value)) TIFFSetField(to, tag, value);
}

static void copy_long(TIFF *from, TIFF *to, uint32_t tag) {
  uint32_t value;
  if (TIFFGetField(from, tag, &value)) TIFFSetField(to, tag, value);
}

static void copy_bytes(TIFF *from, TIFF *to, uint32_t tag) {
  uint32_t count;
  void *bytes;
  if (TIFFGetField(from, tag, &count, &bytes)) TIFFSetField(to, tag, count, bytes);
}

static void copy_tags(TIFF *from, TIFF *to) {
  static const uint32_t shorts[] = {
      TIFFTAG_BITSPERSAMPLE, TIFFTAG_SAMPLESPERPIXEL, TIFFTAG_SAMPLEFORMAT, TIFFTAG_COMPRESSION, TIFFTAG_PHOTOMETRIC,
      TIFFTAG_PLANARCONFIG,  TIFFTAG_FILLORDER,       TIFFTAG_INKSET,       TIFFTAG_PREDICTOR,   TIFFTAG_YCBCRPOSITIONING,
  };
  static const uint32_t fax[] = {TIFFTAG_GROUP3OPTIONS, TIFFTAG_GROUP4OPTIONS};
  uint16_t compression = 0, across, down, count, *kinds, *red, *green, *blue;
  float *range;

  for (size_t i = 0; i < G_N_ELEMENTS(shorts); i++) copy_short(from, to, shorts[i]);
  TIFFGetField(from, TIFFTAG_COMPRESSION, &compression);
  for (size_t i = 0; i < G_N_ELEMENTS(fax); i++)
    if (compression == COMPRESSION_CCITTFAX3 + i) copy_long(from, to, fax[i]);
  if (compression == COMPRESSION_JPEG) copy_bytes(from, to, TIFFTAG_JPEGTABLES);
  copy_bytes(from, to, TIFFTAG_ICCPROFILE);
  if (TIFFGetField(from, TIFFTAG_EXTRASAMPLES, &count, &kinds)) TIFFSetField(to, TIFFTAG_EXTRASAMPLES, count, kinds);
  if (TIFFGetField(from, TIFFTAG_COLORMAP, &red, &green, &blue)) TIFFSetField(to, TIFFTAG_COLORMAP, red, green, blue);
  if (TIFFGetField(from, TIFFTAG_YCBCRSUBSAMPLING, &across, &down))
    TIFFSetField(to, TIFFTAG_YCBCRSUBSAMPLING, across, down);
  if (TIFFGetField(from, TIFFTAG_REFERENCEBLACKWHITE, &range)) TIFFSetField(to, TIFFTAG_REFERENCEBLACKWHITE, range);
}

static int copy_strip(TIFF *from, uint32_t strip, TIFF *to, uint32_t as, GByteArray *buffer) {
  const uint64_t stored = TIFFGetStrileByteCount(from, strip);
  if (stored == 0 || stored > G_MAXINT32) {
    TIFFErrorExt(TIFFClientdata(from), "strips", "strip %u has %llu bytes", strip, (unsigned long long)stored);
    return -1;
  }
  g_byte_array_set_size(buffer, (guint)stored);
  if (TIFFReadRawStrip(from, strip, buffer->data, (tmsize_t)stored) != (tmsize_t)stored) return -1;
  return TIFFWriteRawStrip(to, as, buffer->data, (tmsize_t)stored) < 0 ? -1 : 0;
}

GByteArray *vips_shim_strips_file(TIFF *file, uint32_t first, uint32_t count) {
  uint32_t width = 0, height = 0;
  uint16_t planar = PLANARCONFIG_CONTIG, samples = 1;
  const uint32_t rows = vips_shim_rows_per_strip(file);
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &planar);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &samples);
  // Strips of one plane after those of the other.
  const uint32_t planes = planar == PLANARCONFIG_SEPARATE ? samples : 1;
  const uint32_t strips_per_plane = (height + rows - 1) / rows;

  memory_file memory = {.bytes = g_byte_array_new()};
  // In the byte order of the source, whose strips are copied as they are.
  TIFF *copy = TIFFClientOpen(
      "strips", TIFFIsBigEndian(file) ? "wbm" : "wlm", &memory, memory_read, memory_write, memory_seek, memory_close,
      memory_size, NULL, NULL);
  int failed = !copy;
  if (copy) {
    GByteArray *buffer = g_byte_array_new();
    TIFFSetField(copy, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(copy, TIFFTAG_IMAGELENGTH, MIN(count * rows, height - first * rows));
    TIFFSetField(copy, TIFFTAG_ROWSPERSTRIP, rows);
    copy_tags(file, copy);
    for (uint32_t plane = 0; plane < planes && !failed; plane++)
      for (uint32_t strip = 0; strip < count && !failed; strip++)
        failed = copy_strip(file, plane * strips_per_plane + first + strip, copy, plane * count + strip, buffer);
    if (!failed) failed = !TIFFFlush(copy);
    TIFFClose(copy);
    g_byte_array_unref(buffer);
  }
  if (!failed) return memory.bytes;
  g_byte_array_unref(memory.bytes);
  return NULL;
}
