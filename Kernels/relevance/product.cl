// Step 4 of LRP: R' (+)= coefficient * part(a) * c.
//
// a [N][count] with aStride elements an image (0: one for the whole batch), c and R' [M][count]; entry m belongs to image
// m / targets. Grid (count, M), any work-group.
#include "common.h"

kernel void product(const int count, const int targets, global const float *a, const int aStride, const SignPart part,
                    global const float *c, const float coefficient, const int accumulate, global float *R) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const size_t index = (size_t)m * count + i;
  const float activation = powered_part_of(part, a[(size_t)(m / targets) * aStride + i]);
  R[index] = (accumulate ? R[index] : 0.0f) + coefficient * activation * c[index];
}
