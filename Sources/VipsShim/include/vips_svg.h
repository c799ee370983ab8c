// SVG text to pixels and pixels to PNG files, through libvips (librsvg and libpng behind it).
// libvips' varargs functions cannot be called from Swift; these can. Thread-safe.
#ifndef RELPROP_VIPS_SVG_H
#define RELPROP_VIPS_SVG_H

#include <stddef.h>

/// Draws SVG text that states its size in pixels (`width` and `height` of its root).
///
/// `rgba`: width · height · 4 bytes, interleaved, alpha not premultiplied. Returns 0; otherwise `message` holds what
/// libvips or librsvg said, ended by a zero.
int relprop_svg_draw(
    const char *text, size_t text_length, int width, int height, unsigned char *rgba,
    char *message, size_t message_capacity);

/// Writes width · height · bands interleaved bytes (bands 1: grey, 3: RGB) as a PNG file. Returns as above.
int relprop_svg_write_png(
    const char *path, const unsigned char *pixels, int width, int height, int bands,
    char *message, size_t message_capacity);

#endif
