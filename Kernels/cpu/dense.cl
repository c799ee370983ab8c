// Fully connected layer and its transpose for CPUs, bound by reading the weights once.
//
//   dense_rows     z[n,k] = sum_i part(x)[n,i] * w[k,i], and the epilogue          (forward pass, step 1)
//   dense_columns  c[m,i] = sum_k s[m,k] * w[k,i], and the epilogue                (step 3)
//
// x [entries][F] with xStride elements an entry (0: one for the whole batch), w [K,F] as the network has it, s [entries][K].
// dense_rows: a work-item makes 16 outputs of every entry, a few rows of w at a time against up to DENSE_ENTRIES entries,
// so that the rows come from memory once and from a cache after that.
// dense_columns: a work-item makes `columns` outputs of every entry. Rows of w whose s is 0 in all entries are not read:
// behind a rectifier that is half of them.
// Sums run over blocks of terms first, then over the blocks: the error grows with their lengths, not with their product.
// What an entry gives does not depend on the others: zeros are added where another entry has none.
// Local memory: dense_columns 2 * entries at once * columns floats.
// Grid: dense_rows (ceil(K / 16) + TILE_IDLE_GROUPS), dense_columns (ceil(F / columns) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

#define DENSE_ENTRIES 4  // entries at once: with 4 rows 16 sums of 16 lanes
#define DENSE_BLOCK 64   // terms of a lane, or rows, summed before they join the total

static inline float sum_of_lanes(const float16 value) {
  const float8 eight = value.lo + value.hi;
  const float4 four = eight.lo + eight.hi;
  return (four.x + four.y) + (four.z + four.w);
}

// Four rows of w times ENTRIES entries of x: sums[entry * 16 + row].
#define DENSE_FORM(name, ENTRIES)                                                                                    \
  WIDE static __attribute__((noinline)) void name(const int F, const int plain, const SignPart part,                 \
                                                  global const float *x, const int xStride, global const float *w0,  \
                                                  global const float *w1, global const float *w2,                    \
                                                  global const float *w3, private float *sums) {                     \
    float16 totals[4][ENTRIES];                                                                                      \
    _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                  \
      _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) totals[r][n] = 0.0f;                                       \
    }                                                                                                                \
    int i = 0;                                                                                                       \
    while (i + 16 <= F) {                                                                                            \
      float16 block[4][ENTRIES];                                                                                     \
      _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = 0.0f;                                      \
      }                                                                                                              \
      const int end = min(i + 16 * DENSE_BLOCK, F);                                                                  \
      _Pragma("unroll 1") for (; i + 16 <= end; i += 16) {                                                           \
        float16 a[ENTRIES];                                                                                          \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                        \
          a[n] = load16(x + (size_t)n * xStride + i);                                                                \
          if (!plain) a[n] = part_of(part, a[n]);                                                                    \
        }                                                                                                            \
        const float16 row[4] = {load16(w0 + i), load16(w1 + i), load16(w2 + i), load16(w3 + i)};                     \
        _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                              \
          _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = fma(row[r], a[n], block[r][n]);          \
        }                                                                                                            \
      }                                                                                                              \
      _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) totals[r][n] += block[r][n];                             \
      }                                                                                                              \
    }                                                                                                                \
    _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                            \
      float rest[4] = {0.0f, 0.0f, 0.0f, 0.0f};                                                                      \
      for (int j = i; j < F; j++) {                                                                                  \
        const float a = x[(size_t)n * xStride + j];                                                                  \
        const float number = part.positive * fmax(a, 0.0f) + part.negative * fmin(a, 0.0f);                          \
        rest[0] += number * w0[j], rest[1] += number * w1[j], rest[2] += number * w2[j], rest[3] += number * w3[j];  \
      }                                                                                                              \
      _Pragma("unroll") for (int r = 0; r < 4; r++) sums[n * 16 + r] = sum_of_lanes(totals[r][n]) + rest[r];         \
    }                                                                                                                \
  }

DENSE_FORM(dense_rows_of_one, 1)
DENSE_FORM(dense_rows_of_many, DENSE_ENTRIES)

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_rows(
    const int F, const int K, const int entries, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int k = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * 16;
  if (k < 0) return;
  const int plain = part.positive == 1.0f && part.negative == 1.0f;
  for (int n = 0; n < entries;) {
    const int many = entries - n >= DENSE_ENTRIES, count = many ? DENSE_ENTRIES : 1;
    float sums[DENSE_ENTRIES * 16];
    for (int r = 0; r < 16 && k + r < K; r += 4) {
      // A row behind the last is the last again; it is not stored.
      global const float *w0 = w + (size_t)(k + r) * F, *w1 = w + (size_t)min(k + r + 1, K - 1) * F;
      global const float *w2 = w + (size_t)min(k + r + 2, K - 1) * F, *w3 = w + (size_t)min(k + r + 3, K - 1) * F;
      global const float *from = x + (size_t)n * xStride;
      if (many)
        dense_rows_of_many(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
      else
        dense_rows_of_one(F, plain, part, from, xStride, w0, w1, w2, w3, sums + r);
    }
    for (int j = 0; j < count; j++) finish(e, arrays, vload16(j, sums), finished_entry(e, arrays, n + j), k, k, K);
    n += count;
  }
}

// Four rows of w times their s of one or two entries, added to sums that lie `columns` apart: `factors` are the first's four,
// then the second's. Where it `asks`, `next` is on its way meanwhile: memory works while the entries take these rows from
// a cache.
static inline __attribute__((always_inline)) void add_rows(const int isPair, const int whole, const int width,
                                                           global const float *const *row, const float *factors,
                                                           global float *sum, const int columns, const int asks,
                                                           global const float *next) {
  float16 f[8];
#pragma unroll
  for (int r = 0; r < (isPair ? 8 : 4); r++) f[r] = factors[r];
#pragma unroll 1
  for (int i = 0; i < whole; i += 16) {
    if (asks) EXPECT_LINE(next + i);
    const float16 w0 = load16(row[0] + i), w1 = load16(row[1] + i), w2 = load16(row[2] + i), w3 = load16(row[3] + i);
#pragma unroll
    for (int n = 0; n <= isPair; n++) {
      global float *into = sum + (size_t)n * columns + i;
      store16(fma(f[4 * n + 3], w3, fma(f[4 * n + 2], w2, fma(f[4 * n + 1], w1, fma(f[4 * n], w0, load16(into))))), into);
    }
  }
  for (int n = 0; n <= isPair; n++) {
    for (int i = whole; i < width; i++) {
      float value = sum[(size_t)n * columns + i];
      for (int r = 0; r < 4; r++) value = fma(factors[4 * n + r], row[r][i], value);
      sum[(size_t)n * columns + i] = value;
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_columns(
    const int F, const int K, const int entries, const int entriesAtOnce, const int columns, const Epilogue e,
    global const float *s, global const float *w, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int first = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * columns;
  if (first < 0) return;
  const int width = min(columns, F - first), whole = width / 16 * 16;
  for (int start = 0; start < entries; start += entriesAtOnce) {
    const int count = min(entriesAtOnce, entries - start);
    global float *totals = SAME_MEMORY(memory), *sums = totals + (size_t)entriesAtOnce * columns;
    for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, totals + i);
    for (int block = 0; block < K; block += DENSE_BLOCK) {
      int rows[DENSE_BLOCK + 4], used = 0;
      for (int k = block; k < min(block + DENSE_BLOCK, K); k++) {
        int reads = 0;
        for (int n = 0; n < count; n++) reads |= s[(size_t)(start + n) * K + k] != 0.0f;
        rows[used] = k;
        used += reads;
      }
      if (used == 0) continue;
      for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, sums + i);
      for (int j = 0; j < used; j += 4) {
        global const float *row[4], *next[4];
        for (int r = 0; r < 4; r++) {
          row[r] = w + (size_t)rows[min(j + r, used - 1)] * F + first;
          next[r] = w + (size_t)rows[min(j + 4 + r, used - 1)] * F + first;
        }
        for (int n = 0; n < count; n += 2) {
          float factors[8];
          for (int r = 0; r < 8; r++) {
            const int from = j + r % 4, entry = n + r / 4;
            factors[r] = from < used && entry < count ? s[(size_t)(start + entry) * K + rows[from]] : 0.0f;
          }
          global float *sum = sums + (size_t)n * columns;
          const int asks = n < 8;
          if (n + 1 < count)
            add_rows(1, whole, width, row, factors, sum, columns, asks, next[n / 2 % 4]);
          else
            add_rows(0, whole, width, row, factors, sum, columns, asks, next[n / 2 % 4]);
        }
      }
      for (int i = 0; i < count * columns; i += 16) store16(load16(totals + i) + load16(sums + i), totals + i);
    }
    for (int n = 0; n < count; n++)
      for (int i = 0; i < width; i += 16)
        finish(e, arrays, load16(totals + (size_t)n * columns + i), finished_entry(e, arrays, start + n), first + i, first + i, F);
  }
}
