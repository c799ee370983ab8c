#include "vips_save.h"

#include "vips_shared.h"
#include "vips_shim.h"

typedef struct {
  vips_shim_draw draw;
  const void *context;
} drawer;

static int generate(VipsRegion *region, void *sequence, void *a, void *b, gboolean *stop) {
  const drawer *with = a;
  const VipsRect *part = &region->valid;
  int failed = with->draw(
      with->context, part->left, part->top, part->width, part->height, VIPS_REGION_ADDR_TOPLEFT(region),
      VIPS_REGION_LSKIP(region));
  if (failed) *stop = TRUE;
  return failed;
}

static void describe(VipsImage *image, const vips_shim_drawing *drawing) {
  // libvips counts pixels a millimetre.
  const double resolution = drawing->microns > 0 ? 1000 / drawing->microns : 1;
  const int is_grey = drawing->bands < 3;
  vips_image_init_fields(
      image, drawing->width, drawing->height, drawing->bands,
      drawing->is_wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR, VIPS_CODING_NONE,
      drawing->is_wide ? (is_grey ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_RGB16)
                       : (is_grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB),
      resolution, resolution);
  if (drawing->microns > 0) vips_image_set_string(image, VIPS_META_RESOLUTION_UNIT, "cm");
  if (drawing->orientation) vips_image_set_int(image, VIPS_META_ORIENTATION, drawing->orientation);
  if (drawing->description) vips_image_set_string(image, VIPS_META_IMAGEDESCRIPTION, drawing->description);
}

// vips_image_write_to_file, but for its way of looking for a saver: it silences libvips' messages for all threads meanwhile,
// and a reader at work then would not be told of a damaged tile.
static int write_by(const char *saver, const char *options, VipsImage *image, const char *path, ...) {
  va_list none;
  va_start(none, path);
  int failed = vips_call_split_option_string(saver, options, none, image, path);
  va_end(none);
  return failed;
}

static int write_to(const char *target, VipsImage *image, char **message) {
  char *path = vips_filename_get_filename(target), *options = vips_filename_get_options(target);
  vips_shim_begin_exclusive();
  const char *saver = vips_foreign_find_save(path);
  int failed = vips_shim_end_exclusive(!saver, message) || write_by(saver, options, image, path, NULL);
  g_free(path);
  g_free(options);
  return failed;
}

int vips_shim_save(
    const char *target, vips_shim_drawing drawing, vips_shim_draw draw, const void *context, char **message) {
  drawer with = {draw, context};
  *message = NULL;
  if (vips_shim_init() != 0) {
    *message = g_strdup("libvips cannot start");
    return -1;
  }
  VipsImage *image = vips_image_new();
  describe(image, &drawing);
  int failed = vips_image_pipelinev(image, VIPS_DEMAND_STYLE_FATSTRIP, NULL) ||
               vips_image_generate(image, NULL, generate, NULL, &with, NULL) ||
               write_to(target, image, message);
  g_object_unref(image);
  // Others may be at work, so their words may be among these; the file's own are.
  if (failed && !*message) *message = vips_error_buffer_copy();
  return failed ? -1 : 0;
}
