// What the ledger counts, as CHUNKS partial results an entry; the host adds them in double precision.
//
//   totals    (sum R, sum |R|, max |R|, number of values that are NaN or infinite) of R [M][count]
//   absorbed  (sum s*b, sum s*(stab(z) - z), 0, 0): what bias and stabilizer keep of a share, because
//             sum_i R_i = sum_k s_k (z_k - b_k) and R_k = s_k stab(z_k)
//
//   idle      (sum |R| where the unit's output a is 0, 0, 0, 0): relevance that flows into units that are off
//
// partial [M][CHUNKS] of float4. z, a [N][count], s [M][count], b [K] with area count / K (biasMode 1), [count] (2), or
// unread (0); entry m belongs to image m / targets. Grid (CHUNKS, M).
#include "common.h"

#ifndef CHUNKS
#define CHUNKS 64
#endif

kernel void totals(const int count, global const float *R, global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  CompensatedSum sum = {0.0f, 0.0f}, magnitude = {0.0f, 0.0f};
  float largest = 0.0f, broken = 0.0f;
  for (int i = chunk; i < count; i += CHUNKS) {
    const float value = R[(size_t)m * count + i];
    if (isfinite(value)) {
      add_compensated(&sum, value);
      add_compensated(&magnitude, fabs(value));
      largest = fmax(largest, fabs(value));
    } else {
      broken += 1.0f;
    }
  }
  partial[m * CHUNKS + chunk] = (float4)(sum.sum + sum.error, magnitude.sum + magnitude.error, largest, broken);
}

kernel void absorbed(const int count, const int targets, global const float *R, global const float *z,
                     global const float *output, const int gate, const float coefficient, global const float *s,
                     global const float *b, const int biasMode, const int area, global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  CompensatedSum bias = {0.0f, 0.0f}, stabilizer = {0.0f, 0.0f};
  for (int i = chunk; i < count; i += CHUNKS) {
    const size_t image = (size_t)(m / targets) * count + i, index = (size_t)m * count + i;
    if (biasMode != 0) add_compensated(&bias, coefficient * s[index] * b[biasMode == 1 ? i / area : i]);
    const int open = gate == 0 || (gate > 0 ? output[image] > 0.0f : output[image] < 0.0f);
    if (open) add_compensated(&stabilizer, R[index] - s[index] * z[image]);
  }
  partial[m * CHUNKS + chunk] = (float4)(bias.sum + bias.error, stabilizer.sum + stabilizer.error, 0.0f, 0.0f);
}

kernel void idle(const int count, const int targets, global const float *R, global const float *a,
                 global float4 *partial) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  CompensatedSum sum = {0.0f, 0.0f};
  for (int i = chunk; i < count; i += CHUNKS) {
    const float value = R[(size_t)m * count + i];
    if (a[(size_t)(m / targets) * count + i] == 0.0f && isfinite(value)) add_compensated(&sum, fabs(value));
  }
  partial[m * CHUNKS + chunk] = (float4)(sum.sum + sum.error, 0.0f, 0.0f, 0.0f);
}
