// Maximum pooling's forward pass for CPUs: what pooling/maximum.cl computes, a row of outputs a work-item.
//
//   y[p,q,c] = max over the window; padding never wins; NaN is taken, and seen
//
// What it changes: nothing is divided to find a position, and windows inside the image are read without asking.
// x [N][H,W,C], y [N][P,Q,C]. Grid (P, N) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

static inline __attribute__((always_inline)) float16 larger(const float16 best, const float16 value) {
  return value <= best ? best : value;
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void maximum_apply_rows(const WindowGeometry g,
                                                                                   global const float *x,
                                                                                   global float *y) {
  const int p = get_global_id(0), n = get_global_id(1);
  global const float *image = x + (size_t)n * g.H * g.W * g.C;
  global float *row = y + ((size_t)n * g.P + p) * g.Q * g.C;
  const int top = p * g.strideY - g.padTop, spanY = (g.kernelY - 1) * g.dilationY, spanX = (g.kernelX - 1) * g.dilationX;
#pragma unroll 1
  for (int q = 0; q < g.Q; q++) {
    const int left = q * g.strideX - g.padLeft;
    const int whole = top >= 0 && top + spanY < g.H && left >= 0 && left + spanX < g.W;
#pragma unroll 1
    for (int c = 0; c < g.C; c += 16) {
      float16 best = -INFINITY;
      if (whole && c + 16 <= g.C) {
        global const float *corner = image + ((size_t)top * g.W + left) * g.C + c;
#pragma unroll 1
        for (int r = 0; r < g.kernelY; r++)
          for (int s = 0; s < g.kernelX; s++)
            best = larger(best, load16(corner + ((size_t)r * g.dilationY * g.W + s * g.dilationX) * g.C));
      } else {
        for (int r = 0; r < g.kernelY; r++)
          for (int s = 0; s < g.kernelX; s++) {
            const int h = top + r * g.dilationY, w = left + s * g.dilationX;
            if (h >= 0 && h < g.H && w >= 0 && w < g.W)
              best = larger(best, load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C));
          }
      }
      store_lanes(best, row + (size_t)q * g.C, c, g.C);
    }
  }
}
