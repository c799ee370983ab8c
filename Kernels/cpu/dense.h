// Weights of a dense layer as its CPU kernels read them: a row of K numbers for every input, the transpose of what a network
// has, with zeros behind K up to a whole vector.
//
//   z[k] = sum_i a[i] * w[i,k]    rows with a[i] = 0 are not read
//   c[i] = sum_k s[k] * w[i,k]    rows whose c is multiplied by a[i] = 0 are not read
//
// Reading weights is what a dense layer's time goes into, and behind a rectifier half of its inputs are 0.
#ifndef RELPROP_DENSE_H
#define RELPROP_DENSE_H
#include "common.h"

// Rows that are looked through together for those that are read.
#define DENSE_BLOCK 64

// Those of a block that are read.
typedef struct {
  int rows[DENSE_BLOCK];
  int count;
} UsedRows;

// part(a) of the numbers i to i + 15 of F.
static float16 parts_of(const SignPart part, global const float *a, const int i, const int F) {
  const float16 numbers = load_lanes(a, i, F);
  return part_of(part, numbers);
}

// Adds those of rows i to i + 15 of F whose part(a) is not 0 in some of `count` arrays that lie `stride` apart.
static void add_used_rows(const SignPart part, global const float *a, const size_t stride, const int count, const int i,
                          const int F, private UsedRows *used) {
  int16 bits = 0;
  for (int n = 0; n < count; n++) bits |= as_int16(parts_of(part, a + n * stride, i, F));
  int lanes[16];
  vstore16(bits & 0x7fffffff, 0, lanes);  // both zeros are zeros
  for (int j = 0; j < min(16, F - i); j++) {
    used->rows[used->count] = i + j;
    used->count += lanes[j] != 0;
  }
}
#endif
