// Rectifier y = max(x, 0), and what baselines do at it in the backward pass.
//
//   mode 0 gradient            r = R where x > 0
//   mode 1 guided backprop     r = R where x > 0 and R > 0
//   mode 2 deconvnet           r = max(R, 0)
//   mode 3 smooth, beta        r = R / (1 + exp(-beta * x))
// (LRP passes R through unchanged: no kernel.)
//
// x, y [N][count]; R, r [M][count], entry m belongs to image m / targets of x. With `accumulate` r is added to.
// Grid: apply (ceil(N * count / LANES)), backward (ceil(count / LANES), M). NaN passes through, so that it is seen and not
// mended.
#include "common.h"

kernel void rectifier_apply(const int count, global const float *x, global float *y) {
  const int i = get_global_id(0) * LANES;
  if (i >= count) return;
  const real value = load_lanes(x, i, count);
  store_lanes(value < (real)0.0f ? (real)0.0f : value, y, i, count);
}

kernel void rectifier_backward(const int count, const int targets, global const float *x, global const float *R,
                               const int mode, const float beta, const int accumulate, global float *r) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= count) return;
  const real zero = 0.0f, a = load_lanes(x + (size_t)(m / targets) * count, i, count);
  real value = load_lanes(R + (size_t)m * count, i, count);
  if (mode == 0 || mode == 1) value = a > zero ? value : zero;
  if (mode == 1 || mode == 2) value = fmax(value, zero);
  if (mode == 3) value = value / (1.0f + exp(-beta * a));
  global float *target = r + (size_t)m * count;
  const real before = accumulate ? load_lanes(target, i, count) : zero;
  store_lanes(before + value, target, i, count);
}
