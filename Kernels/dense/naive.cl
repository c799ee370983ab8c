// Fully connected layer and its transpose.
//
//   apply      z[k] (+)= coefficient * (b[k] + sum_i part(x)[i] * w[k,i])
//   transpose  c[i]  =  sum_k s[k] * w[k,i]
//
// apply is the forward pass and step 1 of LRP, transpose is step 3. x [N][F] with xStride elements an image (0: one for
// the whole batch), w [K,F], b [K] (biasMode 1) or unread (0), z [N][K]; s [M][K], c [M][F].
// Rows of w are read once, 16 features at a time, in 16 sums of blocks: the error grows with the length of a block and the
// number of blocks, not with F.
// Grid: apply (K, N), transpose (ceil(F / 16), M), any work-group.
#include "common.h"

#ifndef DENSE_BLOCK
#define DENSE_BLOCK 64  // terms summed before they join the total
#endif

kernel void dense_apply(const int F, const int K, global const float *x, const int xStride, const SignPart part,
                        global const float *w, global const float *b, const int biasMode, const float coefficient,
                        const int accumulate, global float *z) {
  const int k = get_global_id(0), n = get_global_id(1);
  if (k >= K) return;
  global const float *image = x + (size_t)n * xStride;
  global const float *row = w + (size_t)k * F;

  float16 sums = 0.0f;
  int i = 0;
  while (i + 16 <= F) {
    float16 block = 0.0f;
    for (const int end = min(i + 16 * DENSE_BLOCK, F); i + 16 <= end; i += 16) {
      const float16 a = vload16(0, image + i);
      const float16 selected = part_of(part, a);
      block += selected * vload16(0, row + i);
    }
    sums += block;
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
    for (int k = 0; k < K;) {
      float16 block = 0.0f;
      for (const int end = min(k + DENSE_BLOCK, K); k < end; k++)
        block += relevance[k] * vload16(0, w + (size_t)k * F + first);
      sums += block;
    }
    vstore16(sums, 0, target + first);
  } else {
    for (int i = first; i < F; i++) {
      float sum = 0.0f;
      for (int k = 0; k < K; k++) sum += relevance[k] * w[(size_t)k * F + i];
      target[i] = sum;
    }
  }
}
