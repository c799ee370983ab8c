// Windows cut from a strip of an image straight into the network's input: what Preprocessor computes, by table.
//
//   x[n][i, j, c] = table[c][level of channel c at pixel (y_n + i, x_n + j)]     inside the strip
//                 = low[c]                                                        beyond its last row or column
//
// x [N][H,W,C]; pixels [rows,columns,3] bytes RGB; corners [N] (x_n, y_n) in pixels of the strip, not negative; table
// [C][256] and low [C], computed by the host in double. order: 0 channels as they are, 1 turned round (BGR), 2 grey, the
// luma of ITU-R 601 with Pillow's weights of 16 bits.
// Grid (H * W, N), any work-group.
#include "geometry.h"

kernel void cut_bytes(const CutGeometry g, const int order, global const uchar *pixels, global const int2 *corners,
                      global const float *table, global const float *low, global float *x) {
  const int i = get_global_id(0), n = get_global_id(1);
  if (i >= g.H * g.W) return;
  const int row = corners[n].y + i / g.W, column = corners[n].x + i % g.W;
  global float *into = x + ((size_t)n * g.H * g.W + i) * g.C;
  if (row >= g.rows || column >= g.columns) {
    for (int c = 0; c < g.C; c++) into[c] = low[c];
    return;
  }
  global const uchar *pixel = pixels + ((size_t)row * g.columns + column) * 3;
  if (order == 2) {
    into[0] = table[(pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16];
    return;
  }
  for (int c = 0; c < 3; c++) into[c] = table[c * 256 + pixel[order == 1 ? 2 - c : c]];
}

// The same from numbers that are the network's input already, planes [C][rows,columns]. Grid (H * W, N).
kernel void cut_planes(const CutGeometry g, global const float *planes, global const int2 *corners,
                       global const float *low, global float *x) {
  const int i = get_global_id(0), n = get_global_id(1);
  if (i >= g.H * g.W) return;
  const int row = corners[n].y + i / g.W, column = corners[n].x + i % g.W;
  global float *into = x + ((size_t)n * g.H * g.W + i) * g.C;
  const bool isInside = row < g.rows && column < g.columns;
  for (int c = 0; c < g.C; c++)
    into[c] = isInside ? planes[((size_t)c * g.rows + row) * g.columns + column] : low[c];
}
