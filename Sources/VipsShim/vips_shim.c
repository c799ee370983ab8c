#include "vips_shim.h"

#include <pthread.h>
#include <string.h>

#include "vips_shared.h"

// One start for the process, whichever thread comes first.
static pthread_once_t started = PTHREAD_ONCE_INIT;
static int start_result = -1;

// What is warned of while the exclusive lock is held, a line each: libtiff and libjpeg tell of some damage so alone.
static GString *warnings;
static GMutex warnings_lock;

static void note_warning(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer context) {
  g_mutex_lock(&warnings_lock);
  if (warnings && warnings->len < 4096) g_string_append_printf(warnings, "%s\n", message);
  g_mutex_unlock(&warnings_lock);
}

static void start(void) {
  start_result = vips_init("relprop") == 0 ? 0 : -1;
  // The operation cache would hand out a file's old pixels after the file has changed, and keep decoded images alive.
  if (start_result == 0) vips_cache_set_max(0);
  // What goes wrong is returned to the caller, not printed beside it.
  g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING, note_warning, NULL);
}

int vips_shim_init(void) {
  pthread_once(&started, start);
  return start_result;
}

void vips_shim_free(void *memory) { g_free(memory); }

struct vips_shim_image {
  VipsImage *pixels;  // one or three bands, 8 or 16 bits, sRGB or grey; lazy
  char *path;
};

// libvips leaves messages in one buffer for the process. Work goes on under the shared lock, and never clears it
// there; what failed, or may have, is done once more under the exclusive lock, whose messages are its own.
static GRWLock lock;

void vips_shim_begin_exclusive(void) {
  g_rw_lock_writer_lock(&lock);
  vips_error_clear();
  g_mutex_lock(&warnings_lock);
  warnings = g_string_new(NULL);
  g_mutex_unlock(&warnings_lock);
}

char *vips_shim_warnings(void) {
  g_mutex_lock(&warnings_lock);
  char *text = g_strdup(warnings ? warnings->str : "");
  g_mutex_unlock(&warnings_lock);
  return text;
}

int vips_shim_end_exclusive(int failed, char **message) {
  char *text = vips_error_buffer_copy();
  if (failed) *message = g_strdup(g_strstrip(text));
  g_free(text);
  g_mutex_lock(&warnings_lock);
  g_string_free(warnings, TRUE);
  warnings = NULL;
  g_mutex_unlock(&warnings_lock);
  g_rw_lock_writer_unlock(&lock);
  return failed ? -1 : 0;
}

const char *const vips_shim_no_image = "no image";

// Loaders of photographs. Text tables, matrices, drawings and documents have others and are no photographs.
static const char *const loaders[] = {"Jpeg", "Png", "Tiff", "Webp", "Nsgif", "Ppm", "Jp2k", "Jxl", "Heif", "Openslide"};

int vips_shim_is_photograph(const char *loader) {
  const char *const prefix = "VipsForeignLoad";
  if (!loader || !g_str_has_prefix(loader, prefix)) return 0;
  for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++)
    if (g_str_has_prefix(loader + strlen(prefix), loaders[i])) return 1;
  return 0;
}

// Each step reads *image, puts its result there and drops the reference to what it read.
static int replace(VipsImage **image, VipsImage *result) {
  g_object_unref(*image);
  *image = result;
  return 0;
}

static int upright(VipsImage **image) {
  VipsImage *result;
  if (vips_image_get_orientation(*image) <= 1) return 0;
  if (vips_autorot(*image, &result, NULL)) return -1;
  return replace(image, result);
}

// Eight or sixteen bits have a black and a white; so has Lab, whatever its type.
static int has_black_and_white(const VipsImage *image) {
  switch (image->Type) {
    case VIPS_INTERPRETATION_LAB:
    case VIPS_INTERPRETATION_LABS:
    case VIPS_INTERPRETATION_LABQ:
      return 1;
    default:
      return image->BandFmt == VIPS_FORMAT_UCHAR || image->BandFmt == VIPS_FORMAT_USHORT;
  }
}

// CMYK through the embedded profile (or a generic one), other colour spaces by their definition. An RGB file's own
// profile is left aside, as torchvision and Pillow leave it: networks were trained on the numbers in the file.
static int to_rgb_or_grey(VipsImage **image) {
  VipsImage *result;
  if (!has_black_and_white(*image)) {
    vips_error(
        NULL, "found samples of type %s, which have no agreed black and white; convert it to 8 or 16 bits",
        vips_enum_nick(VIPS_TYPE_BAND_FORMAT, (*image)->BandFmt));
    return -1;
  }
  switch (vips_image_guess_interpretation(*image)) {
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
      break;
    case VIPS_INTERPRETATION_CMYK:
      if (vips_icc_transform(*image, &result, "srgb", "embedded", TRUE, "input_profile", "cmyk", NULL)) return -1;
      replace(image, result);
      break;
    case VIPS_INTERPRETATION_MULTIBAND:
    case VIPS_INTERPRETATION_HISTOGRAM:
    case VIPS_INTERPRETATION_MATRIX:
    case VIPS_INTERPRETATION_FOURIER:
    case VIPS_INTERPRETATION_ERROR:
      vips_error(NULL, "found %d channels that are no colours; pick or mix three of them", (*image)->Bands);
      return -1;
    default:
      if (vips_colourspace(*image, &result, VIPS_INTERPRETATION_sRGB, NULL)) return -1;
      replace(image, result);
  }
  return 0;
}

// `ground` 0: on black, 1: on white.
static int flattened(VipsImage **image, double ground) {
  VipsImage *result;
  if (!vips_image_hasalpha(*image)) return 0;
  double white = (*image)->BandFmt == VIPS_FORMAT_USHORT ? 65535 : 255;
  double level = white * ground;
  VipsArrayDouble *background = vips_array_double_new(&level, 1);
  int failed = vips_flatten(*image, &result, "background", background, "max_alpha", white, NULL);
  vips_area_unref(VIPS_AREA(background));
  return failed ? -1 : replace(image, result);
}

int vips_shim_in_colours(VipsImage **image, double ground) {
  if (to_rgb_or_grey(image) || flattened(image, ground)) return -1;
  if ((*image)->Bands == 1 || (*image)->Bands == 3) return 0;
  vips_error(NULL, "found %d channels that are no colours; pick or mix three of them", (*image)->Bands);
  return -1;
}

static int prepared(VipsImage **image, int64_t pixel_limit) {
  if ((int64_t)(*image)->Xsize * (*image)->Ysize > pixel_limit) return 0;
  return upright(image) || vips_shim_in_colours(image, 1) ? -1 : 0;
}

// The first page of a photograph, its pixels still to be decoded. NULL on failure.
static VipsImage *load(const char *path, int64_t pixel_limit) {
  const char *loader = vips_foreign_find_load(path);
  if (!vips_shim_is_photograph(loader)) {
    vips_error(NULL, "%s", vips_shim_no_image);
    return NULL;
  }
  VipsImage *pixels = vips_image_new_from_file(
      path, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
  if (pixels && vips_image_get_orientation(pixels) > 1) {
    // Turning reads out of order, which a file read in sequence cannot give.
    g_object_unref(pixels);
    pixels = vips_image_new_from_file(
        path, "access", VIPS_ACCESS_RANDOM, "memory", TRUE, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
  }
  if (pixels && prepared(&pixels, pixel_limit)) {
    g_object_unref(pixels);
    return NULL;
  }
  return pixels;
}

vips_shim_image *vips_shim_open(const char *path, int64_t pixel_limit, char **message) {
  VipsImage *pixels = NULL;
  if (vips_shim_init() == 0) {
    g_rw_lock_reader_lock(&lock);
    pixels = load(path, pixel_limit);
    g_rw_lock_reader_unlock(&lock);
  }
  if (!pixels) {
    vips_shim_begin_exclusive();
    pixels = start_result == 0 ? load(path, pixel_limit) : NULL;
    if (vips_shim_end_exclusive(!pixels, message)) return NULL;
  }
  vips_shim_image *image = g_new(vips_shim_image, 1);
  image->pixels = pixels;
  image->path = g_strdup(path);
  return image;
}

void vips_shim_close(vips_shim_image *image) {
  g_object_unref(image->pixels);
  g_free(image->path);
  g_free(image);
}

int vips_shim_width(const vips_shim_image *image) { return vips_image_get_width(image->pixels); }
int vips_shim_height(const vips_shim_image *image) { return vips_image_get_height(image->pixels); }
int vips_shim_is_wide(const vips_shim_image *image) { return image->pixels->BandFmt == VIPS_FORMAT_USHORT; }

// Where decoded strips go; exactly one of the two pointers is set.
typedef struct {
  uint8_t *bytes;
  float *floats;
} destination;

void vips_shim_copy_row(VipsRegion *region, int left, int y, int width, uint8_t *bytes, float *floats) {
  const int bands = region->im->Bands;
  const void *row = VIPS_REGION_ADDR(region, left, y);
  const size_t count = (size_t)width * 3;
  if (bytes && bands == 3) {
    memcpy(bytes, row, count);
  } else if (bytes) {
    const uint8_t *grey = row;
    for (size_t i = 0; i < count; i++) bytes[i] = grey[i / 3];
  } else {
    const uint16_t *wide = row;
    const size_t step = bands == 3 ? 1 : 3;
    for (size_t i = 0; i < count; i++) floats[i] = wide[i / step] * (255.0f / 65535.0f);
  }
}

// Called by libvips with strips from top to bottom, one at a time.
static int take_strip(VipsRegion *region, VipsRect *area, void *context) {
  const destination *to = context;
  for (int y = area->top; y < area->top + area->height; y++) {
    const size_t first = (size_t)y * area->width * 3;
    vips_shim_copy_row(
        region, 0, y, area->width, to->bytes ? to->bytes + first : NULL, to->floats ? to->floats + first : NULL);
  }
  return 0;
}

// libvips' line cache paints what cannot be decoded black, goes on, and leaves nothing but a message: any message
// there is a reason to decode the file once more alone.
static int decode(const vips_shim_image *image, destination to, char **message) {
  g_rw_lock_reader_lock(&lock);
  int failed = vips_sink_disc(image->pixels, take_strip, &to) || *vips_error_buffer();
  g_rw_lock_reader_unlock(&lock);
  if (!failed) return 0;

  vips_shim_begin_exclusive();
  VipsImage *again = load(image->path, INT64_MAX);
  failed = !again || again->Xsize != image->pixels->Xsize || again->Ysize != image->pixels->Ysize ||
           again->BandFmt != image->pixels->BandFmt;
  if (again && failed) vips_error(NULL, "it changed while it was read");
  if (!failed) {
    vips_error_clear();
    failed = vips_sink_disc(again, take_strip, &to) || *vips_error_buffer();
  }
  if (again) g_object_unref(again);
  return vips_shim_end_exclusive(failed, message);
}

int vips_shim_decode_bytes(const vips_shim_image *image, uint8_t *pixels, char **message) {
  return decode(image, (destination){.bytes = pixels}, message);
}

int vips_shim_decode_floats(const vips_shim_image *image, float *pixels, char **message) {
  return decode(image, (destination){.floats = pixels}, message);
}

int vips_shim_encode_png(
    const uint8_t *pixels, int width, int height, int bands, uint8_t **bytes, size_t *count, char **message) {
  void *buffer = NULL;
  VipsImage *image = NULL;
  if (vips_shim_init() == 0)
    image = vips_image_new_from_memory(pixels, (size_t)width * height * bands, width, height, bands, VIPS_FORMAT_UCHAR);
  int failed = !image;
  if (image) {
    image->Type = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    // zlib's usual level takes four times as long for files as large: pictures of thousands of images took an eighth of the time.
    failed = vips_pngsave_buffer(
        image, &buffer, count, "compression", 2, "filter", VIPS_FOREIGN_PNG_FILTER_UP, NULL);
    g_object_unref(image);
  }
  if (failed) *message = g_strdup(vips_error_buffer());
  *bytes = buffer;
  return failed ? -1 : 0;
}
