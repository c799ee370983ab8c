// Relevance filtering: only the relevance of chosen channels goes on.
//
//   passed[m][c, i] = mask[c] * R[m][c, i],  mask 1 or 0
//
// R, passed [M][C,area] with count = C * area, mask [C]. Where the mask is 0 the result is 0 whatever R is.
// Grid (count, M), any work-group.
#include "common.h"

kernel void filter_channels(const int count, const int area, global const float *mask, global const float *R,
                            global float *passed) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const size_t index = (size_t)m * count + i;
  passed[index] = mask[i / area] == 0.0f ? 0.0f : R[index];
}
