#include <string.h>

#include "tiff_strips.h"
#include "vips_shared.h"
#include "vips_shim.h"
#include "vips_tiff.h"

// libvips reads a striped file from its top to its bottom and gives up at the first bad strip. Here a few strips at a
// time become a small file in memory, which libvips then reads: any strip can be reached, a bad one spoils no other,
// and every kind of pixel is what libvips makes of it.
struct vips_shim_strips {
  TIFF *file;
  double ground;
  uint32_t rows;
  char *known_warnings;  // of the file's header; not about pixels
};

static int select_picture(TIFF *file, vips_shim_picture picture) {
  uint16_t count = 0;
  uint64_t *parts = NULL;
  if (!TIFFSetDirectory(file, picture.page)) return 0;
  if (picture.part < 0) return 1;
  return TIFFGetField(file, TIFFTAG_SUBIFD, &count, &parts) && picture.part < count &&
         TIFFSetSubDirectory(file, parts[picture.part]);
}

// The picture of a small file, in colours.
static VipsImage *small_picture(GByteArray *bytes, double ground) {
  VipsImage *image = NULL;
  if (vips_tiffload_buffer(
          bytes->data, bytes->len, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL))
    return NULL;
  if (vips_shim_in_colours(&image, ground)) {
    g_object_unref(image);
    return NULL;
  }
  return image;
}

vips_shim_strips *vips_shim_strips_open(
    const char *path, vips_shim_picture picture, double ground, vips_shim_form *form, char **message) {
  const int started = vips_shim_init() == 0;
  vips_shim_begin_exclusive();
  VipsImage *image = NULL;
  TIFF *file = started ? TIFFOpen(path, vips_shim_tiff_mode) : NULL;
  int failed = !file || !select_picture(file, picture) ||
               vips_tiffload(
                   path, &image, "page", picture.page, "subifd", picture.part, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
  if (!failed) {
    *form = (vips_shim_form){
        .width = image->Xsize,
        .height = image->Ysize,
        .orientation = vips_image_get_orientation(image),
        .bands = image->Bands,
        .sample_bytes = (int)vips_format_sizeof(image->BandFmt),
    };
    failed = vips_shim_in_colours(&image, ground);
    form->is_wide = image->BandFmt == VIPS_FORMAT_USHORT;
  }
  if (image) g_object_unref(image);
  char *warnings = vips_shim_warnings();
  vips_shim_end_exclusive(failed, message);
  if (failed) {
    if (file) TIFFClose(file);
    g_free(warnings);
    return NULL;
  }
  vips_shim_strips *strips = g_new(vips_shim_strips, 1);
  *strips = (vips_shim_strips){file, ground, vips_shim_rows_per_strip(file), warnings};
  return strips;
}

void vips_shim_strips_close(vips_shim_strips *strips) {
  TIFFClose(strips->file);
  g_free(strips->known_warnings);
  g_free(strips);
}

// Warnings that the header does not explain: libjpeg's and libtiff's words for bytes they had to guess.
static int has_new_warning(const char *known) {
  char *text = vips_shim_warnings();
  char **lines = g_strsplit(text, "\n", -1);
  int found = 0;
  for (char **line = lines; *line && !found; line++)
    if (**line && !strstr(known, *line)) {
      vips_error("strip", "%s", *line);
      found = 1;
    }
  g_strfreev(lines);
  g_free(text);
  return found;
}

int vips_shim_strips_read(vips_shim_strips *strips, int first, int count, void *samples, char **message) {
  vips_shim_begin_exclusive();
  GByteArray *bytes = vips_shim_strips_file(strips->file, first, count);
  VipsImage *image = bytes ? small_picture(bytes, strips->ground) : NULL;
  int failed = !image;
  if (image) {
    const VipsRect all = {0, 0, image->Xsize, image->Ysize};
    failed = vips_shim_read_rectangle(image, all, samples, (size_t)image->Xsize * 3) ||
             has_new_warning(strips->known_warnings);
    g_object_unref(image);
  }
  if (bytes) g_byte_array_unref(bytes);
  return vips_shim_end_exclusive(failed, message);
}
