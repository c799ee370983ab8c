// Local response normalization across channels, and softmax: forward only.
//
//   local_response  y[c] = x[c] / pow(k + alpha / size * sum_{c'} x[c']^2, beta), c' = c - size/2 ... c + (size-1)/2
//   softmax         y[i] = exp(x[i] - max x) / sum_j exp(x[j] - max x)
//
// x, y [N][C,H,W] and [N][count]. Grid: local_response (H*W, C, N), softmax (N).
#include "common.h"

kernel void local_response(const int C, const int area, const int size, const float alpha, const float beta,
                           const float k, global const float *x, global float *y) {
  const int i = get_global_id(0), c = get_global_id(1), n = get_global_id(2);
  if (i >= area) return;
  global const float *image = x + (size_t)n * C * area + i;
  float squares = 0.0f;
  for (int other = max(0, c - size / 2); other <= min(C - 1, c + (size - 1) / 2); other++) {
    const float value = image[(size_t)other * area];
    squares += value * value;
  }
  y[((size_t)n * C + c) * area + i] = image[(size_t)c * area] / pow(k + alpha / size * squares, beta);
}

kernel void softmax(const int count, const int images, global const float *x, global float *y) {
  const int n = get_global_id(0);
  if (n >= images) return;
  global const float *scores = x + (size_t)n * count;
  global float *shares = y + (size_t)n * count;
  float largest = scores[0];
  for (int i = 1; i < count; i++) largest = fmax(largest, scores[i]);
  float sum = 0.0f;
  for (int i = 0; i < count; i++) sum += exp(scores[i] - largest);
  for (int i = 0; i < count; i++) shares[i] = exp(scores[i] - largest) / sum;
}
