// How far two images and their heatmaps are apart, as CHUNKS partial results a pair; the host adds them in double precision.
//
//   partial[pair][chunk] = (sum_p |r_i[p] - r_j[p]|, sum_p sum_c (x_i[p,c] - x_j[p,c])^2),  r[p] = sum_c R[p,c]
//
// x, R [T][area][C], channels last; pairs [pairs] of (i, j); partial [pairs][CHUNKS] of float2. Chunk k sums the pixels k,
// k + CHUNKS ... with compensation: one order whatever the batch.
// Grid (CHUNKS, pairs), any work-group.
#include "common.h"

#ifndef CHUNKS
#define CHUNKS 64
#endif

// Neumaier's sum of single numbers.
void add_term(const float term, float *sum, float *error) {
  const float next = *sum + term;
  *error += fabs(*sum) >= fabs(term) ? (*sum - next) + term : (term - next) + *sum;
  *sum = next;
}

kernel void pair_distances(const int area, const int C, global const float *x, global const float *R,
                           global const int2 *pairs, global float2 *partial) {
  const int chunk = get_global_id(0), pair = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const size_t i = (size_t)pairs[pair].x * area, j = (size_t)pairs[pair].y * area;
  float maps = 0.0f, mapsError = 0.0f, images = 0.0f, imagesError = 0.0f;
  for (int pixel = chunk; pixel < area; pixel += CHUNKS) {
    const size_t a = (i + pixel) * C, b = (j + pixel) * C;
    float first = 0.0f, second = 0.0f;
    for (int c = 0; c < C; c++) {
      first += R[a + c];
      second += R[b + c];
      const float difference = x[a + c] - x[b + c];
      add_term(difference * difference, &images, &imagesError);
    }
    add_term(fabs(first - second), &maps, &mapsError);
  }
  partial[pair * CHUNKS + chunk] = (float2)(maps + mapsError, images + imagesError);
}
