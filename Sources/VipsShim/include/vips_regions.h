// Rectangles of images of any size, through libvips. Nothing here turns an image upright, repairs or remembers:
// that is the caller's. Calls wait for each other, whatever the image, so that each knows its own messages.
#ifndef VIPS_REGIONS_H
#define VIPS_REGIONS_H

#include <stddef.h>
#include <stdint.h>

// The class name of libvips' loader for this file, to be freed with vips_shim_free; NULL where it is no photograph.
char *_Nullable vips_shim_loader(const char *_Nonnull path);

// Which of a file's pictures.
typedef enum {
  VIPS_SHIM_FIRST,  // the only one, or the first
  VIPS_SHIM_PAGE,   // of a TIFF file: directory `page`, or where `part` is not negative that directory's SubIFD `part`
  VIPS_SHIM_LEVEL,  // of a slide that OpenSlide reads: level `page`
} vips_shim_picture_kind;

typedef struct {
  vips_shim_picture_kind kind;
  int page;
  int part;
} vips_shim_picture;

typedef struct {
  int width;        // as stored, before EXIF rotation
  int height;
  int orientation;  // EXIF, 1 ... 8
  int is_wide;      // 16 bits a sample: rectangles are floats
  int bands;        // as libvips holds them before colours are converted, with the bytes of one sample:
  int sample_bytes;
} vips_shim_form;

// An open picture whose pixels are decoded when asked for.
typedef struct vips_shim_regions vips_shim_regions;

// `in_order`: rows will be asked for from the top to the bottom, each once; needed by formats that cannot do else.
// `ground`: what shows through where the picture is transparent, 0 black ... 1 white. NULL on failure.
vips_shim_regions *_Nullable vips_shim_regions_open(
    const char *_Nonnull path, vips_shim_picture picture, int in_order, double ground, vips_shim_form *_Nonnull form,
    char *_Nullable *_Nonnull message);
void vips_shim_regions_close(vips_shim_regions *_Nonnull regions);

// A field of the file's header as text, to be freed with vips_shim_free; NULL where it has none of this name.
char *_Nullable vips_shim_regions_field(const vips_shim_regions *_Nonnull regions, const char *_Nonnull name);

// One rectangle inside the picture, RGB: bytes, or where the picture is wide floats 0 ... 255. `samples` is where the
// rectangle's first sample goes, `stride` the samples from one row to the next. 0, or -1 where anything at all was
// complained of: libvips paints black what it cannot decode, and keeps that; vips_shim_regions_forget before trying a
// part of the rectangle again. `in_order` pictures stay broken from there on, slides until they are opened again.
int vips_shim_regions_read(
    vips_shim_regions *_Nonnull regions, int x, int y, int width, int height, void *_Nonnull samples, size_t stride,
    char *_Nullable *_Nonnull message);

// Drops decoded tiles that libvips keeps: about two rows of tiles, of the picture's whole width.
void vips_shim_regions_forget(vips_shim_regions *_Nonnull regions);

#endif
