// Strips of a TIFF file as files of their own, hidden from Swift.
#ifndef TIFF_STRIPS_H
#define TIFF_STRIPS_H

#include <glib.h>
#include <tiffio.h>

// As libvips opens files: not mapped into memory, and uncompressed strips of any length seen as short ones.
#define vips_shim_tiff_mode "rmC"

// Rows of all strips but the last, at most the picture's height.
uint32_t vips_shim_rows_per_strip(TIFF *file);

// Whether strips can be copied into a file of their own, and are short enough to be decoded whole.
int vips_shim_has_free_strips(TIFF *file);

// `count` strips from number `first` on, as stored, as a TIFF file in memory with everything that is needed to decode
// them. NULL where they cannot be read from the file; libtiff has then left a message.
GByteArray *vips_shim_strips_file(TIFF *file, uint32_t first, uint32_t count);

#endif
