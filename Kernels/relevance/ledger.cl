// What the ledger counts, as CHUNKS partial results an entry; the host adds them in double precision.
//
//   totals    (sum R, sum |R|, max |R|, number of values that are NaN or infinite) of R [M][count]
//   absorbed  (sum s*b, sum s*(stab(z) - z), 0, 0): what bias and stabilizer keep of a share, because
//             sum_i R_i = sum_k s_k (z_k - b_k) and R_k = s_k stab(z_k)
//   idle      (sum |R| where the unit's output a is 0, 0, 0, 0): relevance that flows into units that are off
//
// partial [M][CHUNKS] of float4. z, a [N][count], s [M][count], b [C] (biasMode 1), [count] (2), or unread (0); C channels;
// entry m belongs to image m / targets. Grid (CHUNKS, M).
#include "common.h"

#ifndef CHUNKS
#define CHUNKS 64
#endif

kernel void totals(const int count, global const float *R, global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const real zero = 0.0f, one = 1.0f;
  global const float *entry = R + (size_t)m * count;
  CompensatedSum sum = {zero, zero}, magnitude = {zero, zero}, broken = {zero, zero};
  real largest = zero;
  for (int i = chunk * LANES; i < count; i += CHUNKS * LANES) {
    const real value = load_lanes(entry, i, count);
    const truth finite = fabs(value) < (real)INFINITY;
    const real counted = finite ? value : zero;
    add_compensated(&sum, counted);
    add_compensated(&magnitude, fabs(counted));
    largest = fmax(largest, fabs(counted));
    broken.sum += finite ? zero : one;
  }
  partial[m * CHUNKS + chunk] = (float4)(total_of(sum), total_of(magnitude), largest_of(largest), total_of(broken));
}

kernel void absorbed(const int count, const int targets, global const float *R, global const float *z,
                     global const float *output, const int gate, const float coefficient, global const float *s,
                     global const float *b, const int biasMode, const int C, global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const real zero = 0.0f;
  const size_t image = (size_t)(m / targets) * count, entry = (size_t)m * count;
  CompensatedSum bias = {zero, zero}, stabilizer = {zero, zero};
  for (int i = chunk * LANES; i < count; i += CHUNKS * LANES) {
    const real quotient = load_lanes(s + entry, i, count);
    if (biasMode != 0) add_compensated(&bias, coefficient * quotient * load_bias(b, biasMode, i, C, count));
    const real kept = load_lanes(R + entry, i, count) - quotient * load_lanes(z + image, i, count);
    add_compensated(&stabilizer, gated(kept, gate, load_lanes(output + image, i, count)));
  }
  partial[m * CHUNKS + chunk] = (float4)(total_of(bias), total_of(stabilizer), 0.0f, 0.0f);
}

kernel void idle(const int count, const int targets, global const float *R, global const float *a,
                 global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const real zero = 0.0f;
  CompensatedSum sum = {zero, zero};
  for (int i = chunk * LANES; i < count; i += CHUNKS * LANES) {
    const real value = fabs(load_lanes(R + (size_t)m * count, i, count));
    const real off = load_lanes(a + (size_t)(m / targets) * count, i, count) == zero ? value : zero;
    add_compensated(&sum, off < (real)INFINITY ? off : zero);
  }
  partial[m * CHUNKS + chunk] = (float4)(total_of(sum), 0.0f, 0.0f, 0.0f);
}
