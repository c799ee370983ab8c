// Fully connected layer and its transpose for one image on GPUs: matrix times vector.
//
//   apply      z[k] = sum_i part(x)[i] * w[k,i]
//   transpose  c[i] = sum_k part(s)[k] * w[k,i]
//
// apply is the forward pass and step 1 of LRP, transpose is step 3; what becomes of the sums (bias, rectifier, steps 2 and 4)
// is epilogue.h's. What it changes against naive.cl: the work-items of a
// group share a sum, so that the device has enough reads in flight. Every weight is read once for 2 FLOP: the bound is the
// memory's bandwidth, 4 * K * F bytes. For several images see convolution/tiled.cl.
//
// A sum is taken in blocks of SUM_BLOCK terms, a block by one work-item, and then over the blocks in their order: the same
// bits as convolution/tiled.cl, so that an image gets the same relevance alone and in a batch. In apply a work-item reads
// 16 bytes after 16 bytes of its own block, in the transpose neighbours read neighbours; terms that are 0 are not read there.
//
// x [N][F] with xStride elements an image (0: one for the whole batch), w [K,F], z [N][K];
// s [M][K], c [M][F]; both functions take the same arguments.
// Grid: apply (ceil(K / VECTOR_ROWS), N) work-groups of VECTOR_ROWS * VECTOR_ROW_SHARES work-items; transpose
// (ceil(F / VECTOR_COLUMNS), M) of VECTOR_COLUMNS * VECTOR_COLUMN_SHARES, all along the first axis. Host: w, and x where F is
// a multiple of 4, are aligned to 16 bytes.
#include "epilogue.h"

#ifndef VECTOR_ROWS
#define VECTOR_ROWS 4  // rows of a group in apply; tried 2 ... 8
#endif
#ifndef VECTOR_ROW_SHARES
#define VECTOR_ROW_SHARES 32  // work-items that share a row; tried 16 ... 64
#endif
#ifndef VECTOR_COLUMNS
#define VECTOR_COLUMNS 32  // columns of a group in the transpose; tried 16 ... 64
#endif
#ifndef VECTOR_COLUMN_SHARES
#define VECTOR_COLUMN_SHARES 8  // work-items that share a column; tried 4 ... 16
#endif
#ifndef SUM_BLOCK
#define SUM_BLOCK 128  // terms summed before they join the total, a multiple of 4; no matter of speed
#endif

// Adds the sums of `count` blocks, `pitch` apart in local memory, to the first work-item's total, in their order. Every
// work-item of the group must call.
void vector_join(local float *blocks, const int place, const int count, const int pitch, const float own,
                 float *total) {
  blocks[place * pitch] = own;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (place == 0)
    for (int i = 0; i < count; i++) *total += blocks[i * pitch];
  barrier(CLK_LOCAL_MEM_FENCE);
}

kernel __attribute__((reqd_work_group_size(VECTOR_ROWS *VECTOR_ROW_SHARES, 1, 1))) void vector_apply(
    const int F, const int K, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  local float blocks[VECTOR_ROWS * VECTOR_ROW_SHARES];
  const int item = get_local_id(0), share = item % VECTOR_ROW_SHARES, row = item / VECTOR_ROW_SHARES;
  const int k = get_group_id(0) * VECTOR_ROWS + row, n = get_global_id(1);
  global const float *image = x + (size_t)n * xStride, *weights = w + (size_t)k * F;

  float total = 0.0f;
  for (int first = 0; first < F; first += VECTOR_ROW_SHARES * SUM_BLOCK) {
    const int begin = first + share * SUM_BLOCK, end = k < K ? min(begin + SUM_BLOCK, F) : 0;
    float sum = 0.0f;
    if (F % 4 == 0) {  // rows begin aligned
      for (int i = begin; i < end; i += 4) {
        const float4 a = *(global const float4 *)(image + i), c = *(global const float4 *)(weights + i);
        const float4 selected = part_of(part, a);
        sum = multiply_add(selected.x, c.x, sum);
        sum = multiply_add(selected.y, c.y, sum);
        sum = multiply_add(selected.z, c.z, sum);
        sum = multiply_add(selected.w, c.w, sum);
      }
    } else {
      for (int i = begin; i < end; i++) sum = multiply_add(part_of(part, image[i]), weights[i], sum);
    }
    vector_join(blocks + row * VECTOR_ROW_SHARES, share, VECTOR_ROW_SHARES, 1, sum, &total);
  }
  if (share == 0 && k < K) finish(e, arrays, total, finished_entry(e, arrays, n), k, k, K);
}

kernel __attribute__((reqd_work_group_size(VECTOR_COLUMNS *VECTOR_COLUMN_SHARES, 1, 1))) void vector_transpose(
    const int F, const int K, const Epilogue e, global const float *s, const int sStride, const SignPart part,
    global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  local float blocks[VECTOR_COLUMN_SHARES * VECTOR_COLUMNS];
  const int item = get_local_id(0), column = item % VECTOR_COLUMNS, share = item / VECTOR_COLUMNS;
  const int i = get_group_id(0) * VECTOR_COLUMNS + column, m = get_global_id(1);
  global const float *quotients = s + (size_t)m * sStride;

  float total = 0.0f;
  for (int first = 0; first < K; first += VECTOR_COLUMN_SHARES * SUM_BLOCK) {
    const int begin = first + share * SUM_BLOCK, end = i < F ? min(begin + SUM_BLOCK, K) : 0;
    float sum = 0.0f;
    for (int k = begin; k < end; k++) {
      const float quotient = part_of(part, quotients[k]);
      if (quotient != 0.0f) sum = multiply_add(quotient, w[(size_t)k * F + i], sum);
    }
    vector_join(blocks + column, share, VECTOR_COLUMN_SHARES, VECTOR_COLUMNS, sum, &total);
  }
  if (share == 0 && i < F) finish(e, arrays, total, finished_entry(e, arrays, m), i, i, F);
}
