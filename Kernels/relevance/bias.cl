// Bias handed to the inputs in equal parts instead of absorbed: what a unit's bias earned, per input of the unit.
//
//   t[m,k] = coefficient * s[m,k] * b[k] / inputs[n,k];   every input of unit k then receives t[m,k] (step 3 with ones)
//
// s = R / stab(z) [M][count], inputs [N][count] how many inputs unit k has inside the image, b [K] with area count / K
// (biasMode 1) or [count] (biasMode 2); entry m belongs to image n = m / targets. Grid (count, M), any work-group.
#include "common.h"

kernel void bias_share(const int count, const int targets, global const float *s, global const float *inputs,
                       global const float *b, const int biasMode, const int area, const float coefficient,
                       global float *t) {
  const int k = get_global_id(0), m = get_global_id(1);
  if (k >= count) return;
  const size_t index = (size_t)m * count + k;
  const float n = inputs[(size_t)(m / targets) * count + k];
  t[index] = n > 0.0f ? coefficient * s[index] * b[biasMode == 1 ? k / area : k] / n : 0.0f;
}
