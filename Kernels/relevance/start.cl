// Where a backward pass starts: one class of every image, which the device chooses.
//
//   R[n,k] = z[n,k] at k = c, or 1 with `one`; 0 elsewhere.   c = given, or where that is -1 the class with the highest
//                                                             score, the first of equal ones
//
// Scores z [N][count], R [N][count], neither changes its order between host and device. NaN is never the highest; where all
// scores are, R is 0 (the host refuses such scores when it sees them).
// Each work-item looks at a strided share, then all at all shares. Grid (64, N) in groups of (64, 1).
#include "common.h"

#define START_ITEMS 64

kernel void class_start(const int count, const int given, const int one, global const float *z, global float *R) {
  local float highest[START_ITEMS];
  local int where[START_ITEMS];
  const int item = get_local_id(0);
  const size_t image = (size_t)get_global_id(1) * count;
  float value = -INFINITY;
  int c = count;
  for (int k = item; k < count; k += START_ITEMS) {
    if (z[image + k] > value) {
      value = z[image + k];
      c = k;
    }
  }
  highest[item] = value;
  where[item] = c;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = 0; i < START_ITEMS; i++) {
    if (highest[i] > value || (highest[i] == value && where[i] < c)) {
      value = highest[i];
      c = where[i];
    }
  }
  if (given >= 0) c = given;
  for (int k = item; k < count; k += START_ITEMS) R[image + k] = k == c ? (one ? 1.0f : z[image + k]) : 0.0f;
}
