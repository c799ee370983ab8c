// Step 2 of LRP: s = R / stab(z), and the statistic a relative stabilizer needs.
//
//   quotient  s[m,i] = R[m,i] / stab(z[n,i]) where the gate is open, else 0;  n = m / targets
//   statistic root mean square of z over one image: sqrt(1/count * sum z^2), or its standard deviation in two passes:
//             the mean m = 1/count * sum z, then sqrt(1/count * sum (z - m)^2)
//
// The gate looks at the layer's own output `output` (pre-activation, with bias): 0 always open, +1 only where it is
// positive, -1 only where it is negative. R, s [M][count], z and output [N][count], statistics [N].
// A statistic is of one image, never of a batch. Grid: quotient (count, M); partial_moment (CHUNKS, N) into
// partial [N][CHUNKS], each a compensated sum over a strided share; mean_moment (N). With `centred` the mean of the first
// pass is read from `means`, the same buffer as `statistics`.
#include "common.h"

#ifndef CHUNKS
#define CHUNKS 64  // partial sums an image; the order of summation depends on nothing else
#endif

kernel void quotient(const int count, const int targets, global const float *R, global const float *z,
                     global const float *output, const int gate, const StabilizerParameters stabilizer,
                     global const float *statistics, global float *s) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const int n = m / targets;
  const size_t image = (size_t)n * count + i, index = (size_t)m * count + i;
  float epsilon = stabilizer.epsilon;
  if (stabilizer.relative != 0.0f) epsilon += stabilizer.relative * statistics[n];
  const int open = gate == 0 || (gate > 0 ? output[image] > 0.0f : output[image] < 0.0f);
  s[index] = open ? stabilized_quotient(R[index], z[image], epsilon, stabilizer.mode) : 0.0f;
}

kernel void partial_moment(const int count, global const float *z, const int centred, const int squared,
                           global const float *means, global float *partial) {
  const int chunk = get_global_id(0), n = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const float mean = centred ? means[n] : 0.0f;
  CompensatedSum total = {0.0f, 0.0f};
  for (int i = chunk; i < count; i += CHUNKS) {
    const float value = z[(size_t)n * count + i] - mean;
    add_compensated(&total, squared ? value * value : value);
  }
  partial[n * CHUNKS + chunk] = total.sum + total.error;
}

kernel void mean_moment(const int count, const int images, const int root, global const float *partial,
                        global float *statistics) {
  const int n = get_global_id(0);
  if (n >= images) return;
  CompensatedSum total = {0.0f, 0.0f};
  for (int chunk = 0; chunk < CHUNKS; chunk++) add_compensated(&total, partial[n * CHUNKS + chunk]);
  const float mean = (total.sum + total.error) / count;
  statistics[n] = root ? sqrt(mean) : mean;
}
