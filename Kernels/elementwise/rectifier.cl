// Rectifier y = max(x, 0), and what baselines do at it in the backward pass.
//
//   mode 0 gradient            r = R where x > 0
//   mode 1 guided backprop     r = R where x > 0 and R > 0
//   mode 2 deconvnet           r = max(R, 0)
//   mode 3 smooth, beta        r = R / (1 + exp(-beta * x))
// (LRP passes R through unchanged: no kernel.)
//
// x, y [N][count]; R, r [M][count], entry m belongs to image m / targets of x. With `accumulate` r is added to.
// Grid: apply (N * count), backward (count, M). NaN passes through, so that it is seen and not mended.
#include "common.h"

kernel void rectifier_apply(const int count, global const float *x, global float *y) {
  const int i = get_global_id(0);
  if (i < count) y[i] = x[i] < 0.0f ? 0.0f : x[i];
}

kernel void rectifier_backward(const int count, const int targets, global const float *x, global const float *R,
                               const int mode, const float beta, const int accumulate, global float *r) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const float a = x[(size_t)(m / targets) * count + i];
  const size_t index = (size_t)m * count + i;
  float value = R[index];
  if (mode == 0 || mode == 1) value = a > 0.0f ? value : 0.0f;
  if (mode == 1 || mode == 2) value = fmax(value, 0.0f);
  if (mode == 3) value = value / (1.0f + exp(-beta * a));
  r[index] = (accumulate ? r[index] : 0.0f) + value;
}
