// Fully connected layer and its transpose for one image on GPUs: matrix times vector.
//
//   apply      z[k] = [z +] coefficient * (b[k] + sum_i part(x)[i] * w[k,i])
//   transpose  c[i] = sum_k s[k] * w[k,i]
//
// apply is the forward pass and step 1 of LRP, transpose is step 3. What it changes against naive.cl: the work-items of a
// group share a sum, so that neighbours read neighbouring weights and the device has enough reads in flight. Every weight
// is read once for 2 FLOP: the bound is the memory's bandwidth, 4 * K * F bytes. For several images see
// convolution/tiled.cl.
//
// Sums of a work-item are taken in a strided share, then over the group in pairs: the order is fixed, and the error grows
// with the length of a share. Rows whose s is 0 are not read.
// x [N][F] with xStride elements an image (0: one for the whole batch), w [K,F], b [K] (biasMode 1) or unread (0), z [N][K];
// s [M][K], c [M][F]; both functions take the same arguments.
// Grid: apply (K, N) work-groups of VECTOR_ITEMS work-items; transpose (ceil(F / VECTOR_COLUMNS), M) work-groups of
// VECTOR_COLUMNS * VECTOR_SHARES work-items, all along the first axis.
#include "common.h"

#ifndef VECTOR_ITEMS
#define VECTOR_ITEMS 128  // work-items that share a row in apply: a power of 2; tried 32 ... 256
#endif
#ifndef VECTOR_COLUMNS
#define VECTOR_COLUMNS 32  // columns of a group in the transpose; tried 16 ... 64
#endif
#ifndef VECTOR_SHARES
#define VECTOR_SHARES 8  // work-items that share a column: a power of 2; tried 4 ... 16
#endif
#ifndef VECTOR_BLOCK
#define VECTOR_BLOCK 32  // terms summed before they join the total
#endif

// The sum over `count` places of local memory, `pitch` apart, at places[0]; every work-item of the group must call.
void vector_sum(local float *places, const int place, const int count, const int pitch) {
  for (int distance = count / 2; distance > 0; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (place < distance) places[place * pitch] += places[(place + distance) * pitch];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

kernel __attribute__((reqd_work_group_size(VECTOR_ITEMS, 1, 1))) void vector_apply(
    const int F, const int K, global const float *x, const int xStride, const SignPart part, global const float *w,
    global const float *b, const int biasMode, const float coefficient, const int accumulate, global float *z) {
  local float sums[VECTOR_ITEMS];
  const int k = get_group_id(0), n = get_global_id(1), item = get_local_id(0);
  global const float *image = x + (size_t)n * xStride, *row = w + (size_t)k * F;

  float4 four = 0.0f;
  float sum = 0.0f;
  if (F % 4 == 0) {  // rows begin aligned
    for (int i = item * 4; i < F;) {
      float4 block = 0.0f;
      for (int j = 0; j < VECTOR_BLOCK && i < F; j++, i += VECTOR_ITEMS * 4) {
        const float4 a = *(global const float4 *)(image + i);
        block = fma(part.positive * fmax(a, (float4)(0.0f)) + part.negative * fmin(a, (float4)(0.0f)),
                    *(global const float4 *)(row + i), block);
      }
      four += block;
    }
    sum = (four.x + four.y) + (four.z + four.w);
  } else {
    for (int i = item; i < F;) {
      float block = 0.0f;
      for (int j = 0; j < VECTOR_BLOCK && i < F; j++, i += VECTOR_ITEMS)
        block = fma(part.positive * fmax(image[i], 0.0f) + part.negative * fmin(image[i], 0.0f), row[i], block);
      sum += block;
    }
  }
  sums[item] = sum;
  vector_sum(sums, item, VECTOR_ITEMS, 1);
  if (item != 0) return;
  const size_t index = (size_t)n * K + k;
  const float total = sums[0] + (biasMode == 1 ? b[k] : 0.0f);
  z[index] = (accumulate ? z[index] : 0.0f) + coefficient * total;
}

kernel __attribute__((reqd_work_group_size(VECTOR_COLUMNS *VECTOR_SHARES, 1, 1))) void vector_transpose(
    const int F, const int K, global const float *s, const int sStride, const SignPart part, global const float *w,
    global const float *b, const int biasMode, const float coefficient, const int accumulate, global float *c) {
  local float sums[VECTOR_SHARES * VECTOR_COLUMNS];
  const int item = get_local_id(0), column = item % VECTOR_COLUMNS, share = item / VECTOR_COLUMNS;
  const int i = get_group_id(0) * VECTOR_COLUMNS + column, m = get_global_id(1);
  global const float *relevance = s + (size_t)m * sStride;

  float sum = 0.0f;
  if (i < F) {
    for (int k = share; k < K;) {
      float block = 0.0f;
      for (int j = 0; j < VECTOR_BLOCK && k < K; j++, k += VECTOR_SHARES) {
        const float quotient = part.positive * fmax(relevance[k], 0.0f) + part.negative * fmin(relevance[k], 0.0f);
        if (quotient != 0.0f) block = fma(quotient, w[(size_t)k * F + i], block);
      }
      sum += block;
    }
  }
  sums[item] = sum;
  vector_sum(sums + column, share, VECTOR_SHARES, VECTOR_COLUMNS);
  if (share != 0 || i >= F) return;
  const size_t index = (size_t)m * F + i;
  const float total = sums[column] + (biasMode == 1 ? b[i] : 0.0f);
  c[index] = (accumulate ? c[index] : 0.0f) + coefficient * total;
}
