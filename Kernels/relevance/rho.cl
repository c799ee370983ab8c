// rho(w): the part of weights or biases that a share reads. Made once per layer and part, never per image.
//
//   mode 0  positive * max(w, 0) + negative * min(w, 0)      (W, W+, W-, W + gamma W+ ...)
//   mode 1  w * w
//   mode 2  1
//
// source, target [count]. Grid (ceil(count / LANES)).
#include "common.h"

kernel void rho(const int count, global const float *source, const int mode, const SignPart part,
                global float *target) {
  const int i = get_global_id(0) * LANES;
  if (i >= count) return;
  store_lanes(rho_of(mode, part, load_lanes(source, i, count)), target, i, count);
}
