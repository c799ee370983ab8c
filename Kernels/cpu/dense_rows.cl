// Fully connected layer for CPUs, bound by reading the weights once: z = W x, step 1 of LRP.
//
//   dense_rows         z[n,k] = sum_i part(x)[n,i] * w[k,i], and the epilogue
//   dense_rows_narrow  the same with w in 24 bits a number, where speed is asked for (narrow.h)
//
// x [entries][F] with xStride elements an entry (0: one for the whole batch), w [K,F] as the network has it.
// A work-item makes 16 outputs of every entry, a few rows of w at a time against up to DENSE_ENTRIES entries, so that the
// rows come from memory once and from a cache after that.
// Sums run over blocks of terms first, then over the blocks: the error grows with their lengths, not with their product.
// Grid (ceil(K / 16) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

#define DENSE_ENTRIES 4  // entries at once: with 4 rows 16 sums of 16 lanes

static inline float sum_of_lanes(const float16 value) {
  const float8 eight = value.lo + value.hi;
  const float4 four = eight.lo + eight.hi;
  return (four.x + four.y) + (four.z + four.w);
}

// Four rows of w times ENTRIES entries of x: sums[entry * 16 + 4 * row].
#define DENSE_FORM(name, ENTRIES, VECTORS)                                                                           \
  WIDE static __attribute__((noinline)) void name(const int F, const int plain, const SignPart part,                 \
                                                  global const float *x, const int xStride, global const float *w0,  \
                                                  global const float *w1, global const float *w2,                    \
                                                  global const float *w3, private float *sums) {                     \
    float16 totals[4][ENTRIES];                                                                                      \
    _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                  \
      _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) totals[r][n] = 0.0f;                                       \
    }                                                                                                                \
    int i = 0;                                                                                                       \
    while (i + 16 * VECTORS <= F) {                                                                                  \
      float16 block[4][ENTRIES];                                                                                     \
      _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = 0.0f;                                      \
      }                                                                                                              \
      const int end = min(i + 16 * DENSE_BLOCK, F);                                                                  \
      _Pragma("unroll 1") for (; i + 16 * VECTORS <= end; i += 16 * VECTORS) {                                       \
        float16 row[4][VECTORS];                                                                                     \
        numbers_of(VECTORS, w0, i, row[0]), numbers_of(VECTORS, w1, i, row[1]);                                      \
        numbers_of(VECTORS, w2, i, row[2]), numbers_of(VECTORS, w3, i, row[3]);                                      \
        _Pragma("unroll") for (int v = 0; v < VECTORS; v++) {                                                        \
          float16 a[ENTRIES];                                                                                        \
          _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                      \
            a[n] = load16(x + (size_t)n * xStride + i + 16 * v);                                                     \
            if (!plain) a[n] = part_of(part, a[n]);                                                                  \
          }                                                                                                          \
          _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                            \
            _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = multiply_add(row[r][v], a[n], block[r][n]);     \
          }                                                                                                          \
        }                                                                                                            \
      }                                                                                                              \
      _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) totals[r][n] += block[r][n];                             \
      }                                                                                                              \
    }                                                                                                                \
    const int rest = rest_of_row(VECTORS, F);                                                                        \
    _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                            \
      float tail[4] = {0.0f, 0.0f, 0.0f, 0.0f};                                                                      \
      for (int j = i; j < F; j++) {                                                                                  \
        const float a = x[(size_t)n * xStride + j];                                                                  \
        const float number = part.positive * fmax(a, 0.0f) + part.negative * fmin(a, 0.0f);                          \
        tail[0] += number * w0[rest + j], tail[1] += number * w1[rest + j];                                          \
        tail[2] += number * w2[rest + j], tail[3] += number * w3[rest + j];                                          \
      }                                                                                                              \
      _Pragma("unroll") for (int r = 0; r < 4; r++) sums[n * 16 + 4 * r] = sum_of_lanes(totals[r][n]) + tail[r];     \
    }                                                                                                                \
  }

DENSE_FORM(dense_rows_of_one, 1, AS_IT_IS)
DENSE_FORM(dense_rows_of_many, DENSE_ENTRIES, AS_IT_IS)
DENSE_FORM(narrow_rows_of_one, 1, NARROW)
DENSE_FORM(narrow_rows_of_many, DENSE_ENTRIES, NARROW)


static inline __attribute__((always_inline)) void rows_of(const int vectors, const int F, const int K, const int entries,
                                                          const Epilogue e, const EpilogueArrays arrays,
                                                          global const float *x, const int xStride, const SignPart part,
                                                          global const float *w) {
  const int k = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * 16;
  if (k < 0) return;
  const int plain = part.positive == 1.0f && part.negative == 1.0f;
  const size_t pitch = row_pitch(vectors, F);
  global const float *scale = w + K * pitch;
  for (int n = 0; n < entries;) {
    const int many = entries - n >= DENSE_ENTRIES, count = many ? DENSE_ENTRIES : 1;
    float sums[DENSE_ENTRIES * 16];
    for (int r = 0; r < 4 && k + r < K; r++) {
      // Four streams, each of four rows that lie one behind the other. A row behind the last is the last again; it is not
      // stored.
      global const float *w0 = w + (k + r) * pitch, *w1 = w + min(k + r + 4, K - 1) * pitch;
      global const float *w2 = w + min(k + r + 8, K - 1) * pitch, *w3 = w + min(k + r + 12, K - 1) * pitch;
      global const float *from = x + (size_t)n * xStride;
      if (vectors == NARROW) {
        if (many) narrow_rows_of_many(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
        else narrow_rows_of_one(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
      } else {
        if (many) dense_rows_of_many(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
        else dense_rows_of_one(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
      }
    }
    for (int j = 0; j < count; j++) {
      float16 z = vload16(j, sums);
      if (vectors == NARROW) z = z * NARROW_UNIT * load_lanes(scale, k, K);
      finish(e, arrays, z, finished_entry(e, arrays, n + j), k, k, K);
    }
    n += count;
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_rows(
    const int F, const int K, const int entries, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  rows_of(AS_IT_IS, F, K, entries, e, arrays, x, xStride, part, w);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_rows_narrow(
    const int F, const int K, const int entries, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  rows_of(NARROW, F, K, entries, e, arrays, x, xStride, part, w);
}
