// A sum of inputs, the end of a residual block, with what becomes of it: the rectifier behind it in the forward pass, step 2 of LRP;
// and back, where c of every input is s itself, steps 4 and 2 of the layer before.
//
//   apply      z[n][i] = part(x[n][i]) + part(y[n][i]), or of x alone, and the epilogue
//   transpose  c[m][i] = s[m][i], and the epilogue
//
// x, y with xStride, yStride elements an image (0: one for the whole batch). One number at a time: elementwise/slice.cl, add_part,
// in the same order of additions.
// Grid (ceil(count / LANES), N), any work-group.
#include "epilogue.h"

kernel void addition_apply(const Epilogue e, global const float *x, const int xStride, const SignPart xPart,
                           const int isPair, global const float *y, const int yStride, const SignPart yPart,
                           FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int i = get_global_id(0) * LANES, n = get_global_id(1);
  if (i >= e.count) return;
  real sum = powered_part_of(xPart, load_lanes(x + (size_t)n * xStride, i, e.count));
  if (isPair) sum += powered_part_of(yPart, load_lanes(y + (size_t)n * yStride, i, e.count));
  finish(e, arrays, sum, finished_entry(e, arrays, n), i, i, e.count);
}

kernel void addition_transpose(const Epilogue e, global const float *s, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= e.count) return;
  finish(e, arrays, load_lanes(s + (size_t)m * e.count, i, e.count), finished_entry(e, arrays, m), i, i, e.count);
}
