// Local response normalization across channels, and softmax: forward only.
//
//   local_response  y[c] = x[c] / pow(k + alpha / size * sum_{c'} x[c']^2, beta), c' = c - size/2 ... c + (size-1)/2
//   softmax         y[i] = exp(x[i] - max x) / sum_j exp(x[j] - max x)
//
// x, y [N][area,C] and [N][count]. Grid: local_response (C, area, N), softmax (N).
#include "common.h"

kernel void local_response(const int C, const int area, const int size, const float alpha, const float beta,
                           const float k, global const float *x, global float *y) {
  const int c = get_global_id(0), i = get_global_id(1), n = get_global_id(2);
  if (c >= C) return;
  global const float *pixel = x + ((size_t)n * area + i) * C;
  float squares = 0.0f;
  for (int other = max(0, c - size / 2); other <= min(C - 1, c + (size - 1) / 2); other++)
    squares += pixel[other] * pixel[other];
  y[((size_t)n * area + i) * C + c] = pixel[c] / pow(k + alpha / size * squares, beta);
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
