// Relevance filtering: only the relevance of chosen channels goes on.
//
//   passed[m][i, c] = mask[c] * R[m][i, c],  mask 1 or 0
//
// R, passed [M][area,C] with count = C * area, mask [C]. Where the mask is 0 the result is 0 whatever R is.
// Grid (ceil(count / LANES), M), any work-group.
#include "common.h"

kernel void filter_channels(const int count, const int C, global const float *mask, global const float *R,
                            global float *passed) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= count) return;
  const real value = load_lanes(R + (size_t)m * count, i, count);
  const real kept = load_channels(mask, i, C) == (real)0.0f ? (real)0.0f : value;
  store_lanes(kept, passed + (size_t)m * count, i, count);
}
