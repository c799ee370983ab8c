// Convolution with one filter a channel (groups = C = K), in either direction: 16 channels at a time, for CPUs.
//
//   apply      out[p,q,c] = sum_{r,s} part(x)[h,w,c] * w[c,r,s],  h = p * strideY - padTop + r * dilationY, w likewise
//   transpose  out[h,w,c] = sum_{r,s} x[p,q,c] * w[c,r,s]         over the (p,q) whose window holds (h,w)
//
// U: filters [R*S][C] (pack_depthwise). x [entries][.., .., C] with xStride elements an entry.
// Grid (ceil(C / 16), output positions, entries).
#include "epilogue.h"

// Source index along an axis, or -1.
static inline int source_of(const int transposed, const int at, const int stride, const int pad, const int tap,
                            const int dilation, const int extent) {
  const int position = transposed ? at + pad - tap * dilation : at * stride - pad + tap * dilation;
  if (position < 0) return -1;
  if (!transposed) return position < extent ? position : -1;
  return position % stride == 0 && position / stride < extent ? position / stride : -1;
}

kernel void convolution_depthwise(
    const ConvolutionGeometry g, const int transposed, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *U, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int c = get_global_id(0) * 16, position = get_global_id(1), entry = get_global_id(2);
  if (c >= g.C) return;
  const int width = transposed ? g.W : g.Q, y = position / width, z = position % width;
  const int rows = transposed ? g.P : g.H, columns = transposed ? g.Q : g.W;
  global const float *image = x + (size_t)entry * xStride;
  float16 sum = 0.0f;
  for (int r = 0; r < g.R; r++) {
    const int h = source_of(transposed, y, g.strideY, g.padTop, r, g.dilationY, rows);
    if (h < 0) continue;
    for (int s = 0; s < g.S; s++) {
      const int w = source_of(transposed, z, g.strideX, g.padLeft, s, g.dilationX, columns);
      if (w < 0) continue;
      const float16 a = load_lanes(image + ((size_t)h * columns + w) * g.C, c, g.C);
      sum = multiply_add(part_of(part, a), load_lanes(U + (size_t)(r * g.S + s) * g.C, c, g.C), sum);
    }
  }
  finish(e, arrays, sum, finished_entry(e, arrays, entry), (size_t)position * g.C + c, c, g.C);
}
