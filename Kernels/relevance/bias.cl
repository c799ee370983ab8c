// Bias handed to the inputs in equal parts instead of absorbed: what a unit's bias earned, per input of the unit.
//
//   t[m,k] = coefficient * s[m,k] * b[k] / inputs[n,k];   every input of unit k then receives t[m,k] (step 3 with ones)
//
// s = R / stab(z) [M][count], inputs [N][count] how many inputs unit k has inside the image, b [C] (biasMode 1) or [count]
// (2); C channels; entry m belongs to image n = m / targets. Grid (ceil(count / LANES), M), any work-group.
#include "common.h"

kernel void bias_share(const int count, const int targets, global const float *s, global const float *inputs,
                       global const float *b, const int biasMode, const int C, const float coefficient,
                       global float *t) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= count) return;
  const real n = load_lanes(inputs + (size_t)(m / targets) * count, i, count);
  const real value = coefficient * load_lanes(s + (size_t)m * count, i, count) * load_bias(b, biasMode, i, C, count);
  store_lanes(n > (real)0.0f ? value / n : (real)0.0f, t + (size_t)m * count, i, count);
}
