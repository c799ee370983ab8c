// Step 4 of LRP: R' (+)= coefficient * part(a) * c.
//
// a [N][count] with aStride elements an image (0: one for the whole batch), c and R' [M][count]; entry m belongs to image
// m / targets. Grid (ceil(count / LANES), M), any work-group.
#include "common.h"

kernel void product(const int count, const int targets, global const float *a, const int aStride, const SignPart part,
                    global const float *c, const float coefficient, const int accumulate, global float *R) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= count) return;
  global float *target = R + (size_t)m * count;
  const real activation = powered_part_of(part, load_lanes(a + (size_t)(m / targets) * aStride, i, count));
  const real before = accumulate ? load_lanes(target, i, count) : (real)0.0f;
  store_lanes(before + coefficient * activation * load_lanes(c + (size_t)m * count, i, count), target, i, count);
}
