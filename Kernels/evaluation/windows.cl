// Windows of activations: cut out for a layer's kernels to read as small images, and put back where they belong.
//
//   window_take  w[n][i,j] = x[n][y + i, u + j], `outside` beyond the image
//   window_put   x[n][y + i, u + j] = w[n][i,j], inside the image
//
// with (y, u) = (rows[units[n][0]], columns[units[n][1]]): where the window lies for each unit of the input that may change.
// x [N][H,W,C], w [N][h,w,C], channels last; units [N][2]; rows, columns: a number for each row and column of units.
// Grid: (h * w, N), any work-group.
#include "common.h"

kernel void window_take(const int C, const int H, const int W, const int h, const int w, global const int *units,
                        global const int *rows, global const int *columns, const float outside, global const float *x,
                        global float *window) {
  const int place = get_global_id(0), n = get_global_id(1);
  if (place >= h * w) return;
  const int y = rows[units[2 * n]] + place / w, u = columns[units[2 * n + 1]] + place % w;
  global float *to = window + ((size_t)n * h * w + place) * C;
  const int inside = y >= 0 && y < H && u >= 0 && u < W;
  global const float *from = x + (inside ? (((size_t)n * H + y) * W + u) * C : 0);
  for (int c = 0; c < C; c += LANES) store_lanes(inside ? load_lanes(from, c, C) : (real)outside, to, c, C);
}

kernel void window_put(const int C, const int H, const int W, const int h, const int w, global const int *units,
                       global const int *rows, global const int *columns, global const float *window,
                       global float *x) {
  const int place = get_global_id(0), n = get_global_id(1);
  if (place >= h * w) return;
  const int y = rows[units[2 * n]] + place / w, u = columns[units[2 * n + 1]] + place % w;
  if (y < 0 || y >= H || u < 0 || u >= W) return;
  global const float *from = window + ((size_t)n * h * w + place) * C;
  global float *to = x + (((size_t)n * H + y) * W + u) * C;
  for (int c = 0; c < C; c += LANES) store_lanes(load_lanes(from, c, C), to, c, C);
}
