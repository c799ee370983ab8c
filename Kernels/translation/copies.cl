// S_t of translation averaging: one image, moved by (dy, dx), as one image of a batch.
//
//   y[i][j][c] = x[i + top - dy][j + left - dx][c],  outside of x its nearest pixel, or fill[c] where `isFilled`
//
// x [images][sourceH][sourceW][C], of which image `image` is moved; y [batch][H][W][C], of which image `place` is written;
// fill [C]. (top, left) is where the unmoved copy lies in x: (0, 0) where x is as large as a copy. In the layout of the
// network's input, channels last. No relevance step: it makes the input of a forward pass.
// Grid (H * W): a pixel a work-item. The host guarantees that copies read x alone where nothing may be filled in.
#include "common.h"

kernel void translated_copy(const ShiftGeometry g, const int image, const int place, const int isFilled,
                            global const float *fill, global const float *x, global float *y) {
  const int pixel = get_global_id(0);
  if (pixel >= g.H * g.W) return;
  const int i = pixel / g.W + g.top - g.dy, j = pixel % g.W + g.left - g.dx;
  const int row = clamp(i, 0, g.sourceH - 1), column = clamp(j, 0, g.sourceW - 1);
  const int isOutside = isFilled && (row != i || column != j);
  global const float *from = isOutside ? fill : x + (((size_t)image * g.sourceH + row) * g.sourceW + column) * g.C;
  global float *into = y + ((size_t)place * g.H * g.W + pixel) * g.C;
  for (int c = 0; c < g.C; c++) into[c] = from[c];
}
