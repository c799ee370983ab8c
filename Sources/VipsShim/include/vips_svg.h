// SVG text to pixels, through libvips (librsvg behind it).
// libvips' varargs functions cannot be called from Swift; this one can. Thread-safe.
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

#endif
