// Fully connected layer for CPUs, bound by reading the weights once: z = W x, step 1 of LRP.
//
//   z[n,k] = sum_i part(x)[n,i] * w[i,k], and the epilogue
//
// x [entries][F] with xStride elements an entry (0: one for the whole batch), w as in dense.h.
// A work-item makes `columns` outputs of every entry, a multiple of 16. Rows of w whose part(x) is 0 in all entries are not read.
// Sums run over blocks of rows first, then over the blocks. What an entry gives does not depend on the others: zeros are added
// where another entry has none.
// Local memory: 2 * entries at once * columns floats.
// Grid (ceil(K / columns) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

#define DENSE_ROWS 4     // rows of w that one call takes
#define DENSE_ENTRIES 4  // entries that one call serves at most

// Four rows of w times their x of `count` entries, added to sums that lie `columns` apart: `factors` are the first's four, then
// the second's. `asked` of the rows that come next are on their way meanwhile.
static inline __attribute__((always_inline)) void add_rows(const int count, const int width, global const float *const *row,
                                                           const float *factors, global float *sum, const int columns,
                                                           global const float *const *next, const int asked) {
  float16 f[DENSE_ENTRIES * DENSE_ROWS];
#pragma unroll
  for (int r = 0; r < count * DENSE_ROWS; r++) f[r] = factors[r];
#pragma unroll 1
  for (int k = 0; k < width; k += 16) {
#pragma unroll 1
    for (int r = 0; r < asked; r++) EXPECT_LINE(next[r] + k);
    float16 w[DENSE_ROWS];
#pragma unroll
    for (int r = 0; r < DENSE_ROWS; r++) w[r] = load16(row[r] + k);
#pragma unroll
    for (int n = 0; n < count; n++) {
      global float *into = sum + (size_t)n * columns + k;
      float16 value = load16(into);
#pragma unroll
      for (int r = 0; r < DENSE_ROWS; r++) value = multiply_add(f[DENSE_ROWS * n + r], w[r], value);
      store16(value, into);
    }
  }
}

// Rows of the block from `block` on that some of the `count` entries of x need.
static void find_rows(const int F, const int block, const SignPart part, global const float *x, const int xStride,
                      const int count, private UsedRows *used) {
  used->count = 0;
  for (int i = block; i < min(block + DENSE_BLOCK, F); i += 16) add_used_rows(part, x, xStride, count, i, F, used);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_forward(
    const int F, const int K, const int entries, const int entriesAtOnce, const int columns, const Epilogue e,
    global const float *x, const int xStride, const SignPart part, global const float *w, local float *memory,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int plain = part.positive == 1.0f && part.negative == 1.0f;
  const size_t pitch = dense_pitch(K);
  const int first = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * columns;
  if (first < 0) return;
  const int width = min(columns, (int)pitch - first);
  w += first;
  for (int start = 0; start < entries; start += entriesAtOnce) {
    const int count = min(entriesAtOnce, entries - start), calls = (count + DENSE_ENTRIES - 1) / DENSE_ENTRIES;
    // So many next rows a call asks for; none for a single entry, which the memory's own streams serve.
    const int asked = count == 1 ? 0 : (DENSE_ROWS + calls - 1) / calls;
    global const float *from = x + (size_t)start * xStride;
    global float *totals = SAME_MEMORY(memory), *sums = totals + (size_t)entriesAtOnce * columns;
    for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, totals + i);
    UsedRows used[2];
    find_rows(F, 0, part, from, xStride, count, &used[0]);
    for (int block = 0, now = 0; block < F; block += DENSE_BLOCK, now = 1 - now) {
      private const UsedRows *own = &used[now], *then = &used[1 - now];
      find_rows(F, block + DENSE_BLOCK, part, from, xStride, count, &used[1 - now]);
      if (own->count == 0) continue;
      for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, sums + i);
      for (int j = 0; j < own->count; j += DENSE_ROWS) {
        global const float *row[DENSE_ROWS], *next[DENSE_ROWS];
        for (int r = 0; r < DENSE_ROWS; r++) {
          const int after = j + DENSE_ROWS + r, behind = after - own->count;
          row[r] = w + own->rows[min(j + r, own->count - 1)] * pitch;
          next[r] = behind < 0 ? w + own->rows[after] * pitch : behind < then->count ? w + then->rows[behind] * pitch : row[r];
        }
        for (int n = 0, next0 = 0; n < count; n += DENSE_ENTRIES, next0 += asked) {
          const int together = min(DENSE_ENTRIES, count - n), asks = clamp(DENSE_ROWS - next0, 0, asked);
          float factors[DENSE_ENTRIES * DENSE_ROWS];
          for (int r = 0; r < DENSE_ROWS; r++) {
            for (int entry = 0; entry < together; entry++) {
              const float a = j + r < own->count ? from[(size_t)(n + entry) * xStride + own->rows[j + r]] : 0.0f;
              factors[DENSE_ROWS * entry + r] =
                  plain ? a : part.positive * fmax(a, 0.0f) + part.negative * fmin(a, 0.0f);
            }
          }
          global float *sum = sums + (size_t)n * columns;
          global const float *const *following = next + min(next0, DENSE_ROWS - 1);
#define ADD_ROWS(count) add_rows(count, width, row, factors, sum, columns, following, asks)
          if (together == 4) ADD_ROWS(4);
          if (together == 3) ADD_ROWS(3);
          if (together == 2) ADD_ROWS(2);
          if (together == 1) ADD_ROWS(1);
#undef ADD_ROWS
        }
      }
      for (int i = 0; i < count * columns; i += 16) store16(load16(totals + i) + load16(sums + i), totals + i);
    }
    for (int n = 0; n < count; n++) {
      const FinishedEntry entry = finished_entry(e, arrays, start + n);
      for (int k = 0; k < width; k += 16)
        finish(e, arrays, load16(totals + (size_t)n * columns + k), entry, first + k, first + k, K);
    }
  }
}
