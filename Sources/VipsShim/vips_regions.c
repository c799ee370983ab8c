#include "vips_regions.h"

#include <string.h>

#include "vips_shared.h"
#include "vips_shim.h"

struct vips_shim_regions {
  VipsImage *stored;  // as the loader gives it
  VipsImage *pixels;  // in colours; lazy
};

char *vips_shim_loader(const char *path) {
  if (vips_shim_init() != 0) return NULL;
  char *message = NULL;
  vips_shim_begin_exclusive();
  const char *loader = vips_foreign_find_load(path);
  char *name = vips_shim_is_photograph(loader) ? g_strdup(loader) : NULL;
  vips_shim_end_exclusive(0, &message);
  return name;
}

static VipsImage *load(const char *path, vips_shim_picture picture, int in_order) {
  VipsImage *image = NULL;
  const VipsAccess access = in_order ? VIPS_ACCESS_SEQUENTIAL : VIPS_ACCESS_RANDOM;
  switch (picture.kind) {
    case VIPS_SHIM_FIRST:
      if (!vips_shim_is_photograph(vips_foreign_find_load(path))) {
        vips_error(NULL, "%s", vips_shim_no_image);
        return NULL;
      }
      return vips_image_new_from_file(path, "access", access, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case VIPS_SHIM_PAGE:
      vips_tiffload(
          path, &image, "page", picture.page, "subifd", picture.part, "access", access, "fail_on", VIPS_FAIL_ON_ERROR,
          NULL);
      return image;
    case VIPS_SHIM_LEVEL:
      vips_openslideload(path, &image, "level", picture.page, NULL);
      return image;
  }
  return NULL;
}

// OpenSlide's fourth band is 255 everywhere: libvips has laid the slide's own ground under what was never scanned.
static int without_alpha(VipsImage **image) {
  VipsImage *result;
  if (vips_extract_band(*image, &result, 0, "n", 3, NULL)) return -1;
  g_object_unref(*image);
  *image = result;
  return 0;
}

static vips_shim_regions *opened(VipsImage *stored, double ground, int is_slide) {
  VipsImage *pixels = g_object_ref(stored);
  if ((is_slide && without_alpha(&pixels)) || vips_shim_in_colours(&pixels, ground)) {
    g_object_unref(pixels);
    g_object_unref(stored);
    return NULL;
  }
  vips_shim_regions *regions = g_new(vips_shim_regions, 1);
  regions->stored = stored;
  regions->pixels = pixels;
  return regions;
}

vips_shim_regions *vips_shim_regions_open(
    const char *path, vips_shim_picture picture, int in_order, double ground, vips_shim_form *form, char **message) {
  const int started = vips_shim_init() == 0;
  vips_shim_begin_exclusive();
  VipsImage *stored = started ? load(path, picture, in_order) : NULL;
  vips_shim_regions *regions = stored ? opened(stored, ground, picture.kind == VIPS_SHIM_LEVEL) : NULL;
  if (vips_shim_end_exclusive(!regions, message)) return NULL;
  *form = (vips_shim_form){
      .width = stored->Xsize,
      .height = stored->Ysize,
      .orientation = vips_image_get_orientation(stored),
      .is_wide = regions->pixels->BandFmt == VIPS_FORMAT_USHORT,
      .bands = stored->Bands,
      .sample_bytes = (int)vips_format_sizeof(stored->BandFmt),
  };
  return regions;
}

void vips_shim_regions_close(vips_shim_regions *regions) {
  g_object_unref(regions->pixels);
  g_object_unref(regions->stored);
  g_free(regions);
}

char *vips_shim_regions_field(const vips_shim_regions *regions, const char *name) {
  char *text = NULL;
  if (vips_image_get_typeof(regions->stored, name) == 0) return NULL;
  return vips_image_get_as_string(regions->stored, name, &text) ? NULL : text;
}

int vips_shim_read_rectangle(VipsImage *pixels, VipsRect area, void *samples, size_t stride) {
  const int is_wide = pixels->BandFmt == VIPS_FORMAT_USHORT;
  VipsRegion *region = vips_region_new(pixels);
  int failed = !region || vips_region_prepare(region, &area);
  if (!failed)
    for (int row = 0; row < area.height; row++)
      vips_shim_copy_row(
          region, area.left, area.top + row, area.width, is_wide ? NULL : (uint8_t *)samples + row * stride,
          is_wide ? (float *)samples + row * stride : NULL);
  if (region) g_object_unref(region);
  // A JPEG tile with bad bytes is no failure to libvips, only a message.
  return failed || *vips_error_buffer() ? -1 : 0;
}

int vips_shim_regions_read(
    vips_shim_regions *regions, int x, int y, int width, int height, void *samples, size_t stride, char **message) {
  vips_shim_begin_exclusive();
  const VipsRect area = {.left = x, .top = y, .width = width, .height = height};
  return vips_shim_end_exclusive(vips_shim_read_rectangle(regions->pixels, area, samples, stride), message);
}

void vips_shim_regions_forget(vips_shim_regions *regions) { vips_image_minimise_all(regions->pixels); }
