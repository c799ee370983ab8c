// What stands in the place of pixels that are removed: one image r for each image x, made once.
//
//   replace_affine  r[p,c] = offset[c] + scale * x[p,c]   zero: (0, 0), low: (low, 0), negation: (0, -1),
//                                                         inversion: (low + high, -1), mean: (mean, 0)
//   channel_means   means[n,c] = 1/area * sum_p x[p,c]
//   replace_noise   r[p,c] = low[c] + (high[c] - low[c]) * u, u in [0, 1) from the image's key and the number's index
//   blur_rows, blur_columns  r[p,c] = sum_d weights[|d|] * x[p + d,c], along one axis; outside the nearest pixel counts
//
// x, r [N][area][C], channels last, area = H * W; offset, low, high [C], means and offsets of each image [N][C]
// (offsetStride C, else 0); keys [N]; weights [reach + 1], of which the sum over -reach ... reach is 1.
// A sum has one order whatever the batch. Grid: channel_means (C, N), the others (area, N), any work-group.
#include "common.h"

kernel void replace_affine(const int area, const int C, global const float *x, const float scale,
                           global const float *offsets, const int offsetStride, global float *r) {
  const int pixel = get_global_id(0), n = get_global_id(1);
  if (pixel >= area) return;
  const size_t at = ((size_t)n * area + pixel) * C;
  for (int c = 0; c < C; c++) r[at + c] = offsets[n * offsetStride + c] + (scale == 0.0f ? 0.0f : scale * x[at + c]);
}

kernel void channel_means(const int area, const int C, global const float *x, global float *means) {
  const int c = get_global_id(0), n = get_global_id(1);
  if (c >= C) return;
  float sum = 0.0f, error = 0.0f;
  for (int pixel = 0; pixel < area; pixel++) {
    const float term = x[((size_t)n * area + pixel) * C + c], next = sum + term;
    error += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  means[n * C + c] = (sum + error) / area;
}

// SplitMix64's number at a place of its sequence: no work-item waits for another.
ulong number_at(const ulong key, const ulong index) {
  ulong z = key + (index + 1) * 0x9E3779B97F4A7C15UL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
  return z ^ (z >> 31);
}

kernel void replace_noise(const int area, const int C, global const ulong *keys, global const float *low,
                          global const float *high, global float *r) {
  const int pixel = get_global_id(0), n = get_global_id(1);
  if (pixel >= area) return;
  for (int c = 0; c < C; c++) {
    const float u = (float)(number_at(keys[n], (ulong)pixel * C + c) >> 40) * 0x1p-24f;
    r[((size_t)n * area + pixel) * C + c] = low[c] + (high[c] - low[c]) * u;
  }
}

void blur(const int area, const int C, const int width, const int reach, const int along, const int n,
          global const float *weights, global const float *x, global float *r) {
  const int pixel = get_global_id(0);
  const int row = pixel / width, column = pixel % width, height = area / width;
  for (int c = 0; c < C; c++) {
    float sum = 0.0f;
    for (int d = -reach; d <= reach; d++) {
      const int y = along == 0 ? row : clamp(row + d, 0, height - 1);
      const int z = along == 0 ? clamp(column + d, 0, width - 1) : column;
      sum += weights[abs(d)] * x[((size_t)n * area + y * width + z) * C + c];
    }
    r[((size_t)n * area + pixel) * C + c] = sum;
  }
}

kernel void blur_rows(const int area, const int C, const int width, const int reach, global const float *weights,
                      global const float *x, global float *r) {
  if (get_global_id(0) < area) blur(area, C, width, reach, 0, get_global_id(1), weights, x, r);
}

kernel void blur_columns(const int area, const int C, const int width, const int reach, global const float *weights,
                         global const float *x, global float *r) {
  if (get_global_id(0) < area) blur(area, C, width, reach, 1, get_global_id(1), weights, x, r);
}
