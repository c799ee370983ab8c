// Fully connected layer and its transpose.
//
//   apply      z[k] (+)= coefficient * (b[k] + sum_i part(x)[i] * w[k,i])
//   transpose  c[i]  =  sum_k s[k] * w[k,i]
//
// apply is the forward pass and step 1 of LRP, transpose is step 3. x [N][F] with xStride elements an image (0: one for
// the whole batch), w [K,F], b [K] (biasMode 1) or unread (0), z [N][K]; s [M][K], c [M][F].
// Rows of w are read once, 16 features at a time, in 16 sums: the error grows with F / 16.
// Grid: apply (K, N), transpose (ceil(F / 16), M), any work-group.
#include "common.h"

kernel void dense_apply(const int F, const int K, global const float *x, const int xStride, const SignPart part,
                        global const float *w, global const float *b, const int biasMode, const float coefficient,
                        const int accumulate, global float *z) {
  const int k = get_global_id(0), n = get_global_id(1);
  if (k >= K) return;
  global const float *image = x + (size_t)n * xStride;
  global const float *row = w + (size_t)k * F;

  float16 sums = 0.0f;
  int i = 0;
  for (; i + 16 <= F; i += 16) {
    const float16 a = vload16(0, image + i);
    const float16 selected = part.positive * fmax(a, (float16)0.0f) + part.negative * fmin(a, (float16)0.0f);
    sums += selected * vload16(0, row + i);
  }
  const float8 eight = sums.lo + sums.hi;
  const float4 four = eight.lo + eight.hi;
  float sum = (four.x + four.y) + (four.z + four.w);
  for (; i < F; i++) sum += part_of(part, image[i]) * row[i];
  if (biasMode == 1) sum += b[k];

  const size_t index = (size_t)n * K + k;
  z[index] = (accumulate ? z[index] : 0.0f) + coefficient * sum;
}

kernel void dense_transpose(const int F, const int K, global const float *s, global const float *w, global float *c) {
  const int first = get_global_id(0) * 16, m = get_global_id(1);
  if (first >= F) return;
  global const float *relevance = s + (size_t)m * K;
  global float *target = c + (size_t)m * F;

  if (first + 16 <= F) {
    float16 sums = 0.0f;
    for (int k = 0; k < K; k++) sums += relevance[k] * vload16(0, w + (size_t)k * F + first);
    vstore16(sums, 0, target + first);
  } else {
    for (int i = first; i < F; i++) {
      float sum = 0.0f;
      for (int k = 0; k < K; k++) sum += relevance[k] * w[(size_t)k * F + i];
      target[i] = sum;
    }
  }
}
