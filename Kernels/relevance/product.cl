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

// The same for several terms whose c were made as channels of one array: R'[i] (+)= sum of coefficient_t * part_t(a_t[i]) *
// c[pixel of i][t * C + channel of i], one term a launch. c [M][count / C][terms * C]. Grid (count, M).
kernel void product_of_stack(const int count, const int targets, const int C, const int terms, const int term,
                             global const float *a, const int aStride, const SignPart part, global const float *c,
                             const float coefficient, const int accumulate, global float *R) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const float number = a[(size_t)(m / targets) * aStride + i];
  const float activation = part.positive * fmax(number, 0.0f) + part.negative * fmin(number, 0.0f);
  const float sum = c[((size_t)m * (count / C) + i / C) * terms * C + term * C + i % C];
  const size_t index = (size_t)m * count + i;
  R[index] = (accumulate ? R[index] : 0.0f) + coefficient * activation * sum;
}
