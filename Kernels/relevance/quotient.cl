// Step 2 of LRP: s = R / stab(z), and the statistic a relative stabilizer needs.
//
//   quotient  s[m,i] = R[m,i] / stab(z[n,i]) where the gate is open, else 0;  n = m / targets
//   statistic root mean square of z over one image: sqrt(1/count * sum z^2), or its standard deviation in two passes:
//             the mean m = 1/count * sum z, then sqrt(1/count * sum (z - m)^2)
//
// The gate looks at the layer's own output `output` (pre-activation, with bias). R, s [M][count], z and output [N][count],
// statistics [N]. A statistic is of one image, never of a batch.
// Grid: quotient (ceil(count / LANES), M); partial_moment (CHUNKS, N) into partial [N][CHUNKS], each a compensated sum over
// a strided share; mean_moment (N). With `centred` the mean of the first pass is read from `means`, the same buffer as
// `statistics`.
#include "common.h"

#ifndef CHUNKS
#define CHUNKS 64  // partial sums an image; the order of summation depends on nothing else
#endif

// z = output + shift: where a denominator differs from the layer's output by terms that no image changes (the box rule).
// shift [count]. Grid (ceil(count / LANES), N).
kernel void shifted_output(const int count, global const float *output, global const float *shift, global float *z) {
  const int i = get_global_id(0) * LANES, n = get_global_id(1);
  if (i >= count) return;
  const size_t image = (size_t)n * count;
  store_lanes(load_lanes(output + image, i, count) + load_lanes(shift, i, count), z + image, i, count);
}

kernel void quotient(const int count, const int targets, global const float *R, global const float *z,
                     global const float *output, const int gate, const StabilizerParameters stabilizer,
                     global const float *statistics, global float *s) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= count) return;
  const int n = m / targets;
  const size_t image = (size_t)n * count, entry = (size_t)m * count;
  const float epsilon = epsilon_of(stabilizer, statistics, n);
  const real value =
      stabilized_quotient(load_lanes(R + entry, i, count), load_lanes(z + image, i, count), epsilon, stabilizer.mode);
  store_lanes(gate == 0 ? value : gated(value, gate, load_lanes(output + image, i, count)), s + entry, i, count);
}

kernel void partial_moment(const int count, global const float *z, const int centred, const int squared,
                           global const float *means, global float *partial) {
  const int chunk = get_global_id(0), n = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const real zero = 0.0f;
  const float mean = centred ? means[n] : 0.0f;
  CompensatedSum total = {zero, zero};
  for (int i = chunk * LANES; i < count; i += CHUNKS * LANES) {
    real value = load_lanes(z + (size_t)n * count, i, count) - mean;
#if LANES == 16
    if (i + LANES > count) {  // the lanes behind the end hold no numbers
      const int16 lane = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      value = lane < (int16)(count - i) ? value : zero;
    }
#endif
    add_compensated(&total, squared ? value * value : value);
  }
  partial[n * CHUNKS + chunk] = total_of(total);
}

kernel void mean_moment(const int count, const int images, const int root, global const float *partial,
                        global float *statistics) {
  const int n = get_global_id(0);
  if (n >= images) return;
  const float mean = compensated_total(partial + n * CHUNKS, CHUNKS) / count;
  statistics[n] = root ? sqrt(mean) : mean;
}
