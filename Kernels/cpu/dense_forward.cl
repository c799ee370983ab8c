// Fully connected layer for CPUs, bound by reading the weights once: z = W x, step 1 of LRP.
//
//   z[n,k] = sum_i part(x)[n,i] * w[i,k], and the epilogue
//
// x [entries][F] with xStride elements an entry (0: one for the whole batch), w as in dense.h.
// A work-item makes `columns` outputs of every entry, a multiple of 32 or, of a single entry, of 16. Rows of w whose part(x) is 0 in
// all entries are not read.
// One entry takes four rows at a time, in long streams, and adds to all columns. Several take a block of rows, of which two
// vectors of columns at a time stay in registers for up to DENSE_ENTRIES of them; the next block is on its way meanwhile.
// Sums run over the rows of a block first, then over the blocks: what an entry gives does not depend on the others, zeros are
// added where another entry has none.
// Local memory: (entries at once, or 2 of a single entry) * columns floats.
// Grid (ceil(K / columns) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

#define DENSE_ROWS 4  // rows of w that a single entry takes at once

// Entries at once, in three forms: with two vectors about as many sums as the tile has. 12 x 2 for AVX-512, 3 x 2 for AVX2 (6 x 1
// reads memory in pieces too short where it is busy), 1 x 2 for SSE.
#define DENSE_SUMS (TILE_ROWS * TILE_VECTORS / 2)
#define FEW_ENTRIES (DENSE_SUMS < 3 ? 1 : DENSE_SUMS / 3)
#define DENSE_ENTRIES (DENSE_SUMS < 3 ? DENSE_SUMS : 3 * FEW_ENTRIES)

// Rows of the block from `block` on that some of the `count` entries of x need.
static void find_rows(const int F, const int block, const SignPart part, global const float *x, const int xStride,
                      const int count, private UsedRows *used) {
  used->count = 0;
  for (int i = block; i < min(block + DENSE_BLOCK, F); i += 16) add_used_rows(part, x, xStride, count, i, F, used);
}

// The used rows of a block times one entry's part(x) of the block, added to `totals`; `sums` of as many numbers is its own.
static inline __attribute__((always_inline)) void add_rows(private const UsedRows *used, const int block,
                                                           private const float *parts, global const float *w,
                                                           const size_t pitch, const int width, global float *totals,
                                                           global float *sums) {
  for (int k = 0; k < width; k += 16) store16((float16)0.0f, sums + k);
  for (int j = 0; j < used->count; j += DENSE_ROWS) {
    global const float *row[DENSE_ROWS];
    float16 f[DENSE_ROWS];
#pragma unroll
    for (int r = 0; r < DENSE_ROWS; r++) {
      const int i = used->rows[min(j + r, used->count - 1)];
      row[r] = w + i * pitch;
      f[r] = j + r < used->count ? parts[i - block] : 0.0f;
    }
#pragma unroll 1
    for (int k = 0; k < width; k += 16) {
      float16 value = load16(sums + k);
#pragma unroll
      for (int r = 0; r < DENSE_ROWS; r++) value = multiply_add(f[r], load16(row[r] + k), value);
      store16(value, sums + k);
    }
  }
  for (int k = 0; k < width; k += 16) store16(load16(totals + k) + load16(sums + k), totals + k);
}

// The used rows of a block times part(x) of up to ENTRIES entries, of which `count` are added to totals that lie `columns` apart.
// Meanwhile `asked` rows of the block behind, `then`, are on their way.
#define FORWARD_FORM(name, ENTRIES)                                                                                  \
  WIDE static __attribute__((noinline)) void name(                                                                   \
      private const UsedRows *used, private const int *then, const int asked, const int block, private const float *parts,\
      global const float *w, const size_t pitch, const int width, const int count, global float *totals,             \
      const int columns) {                                                                                           \
    _Pragma("unroll 1") for (int k = 0; k < width; k += 32) {                                                        \
      const int second = k + 16 < width ? 16 : 0;                                                                    \
      float16 sums[ENTRIES][2];                                                                                      \
      CLEAR_SUMS(sums, ENTRIES, 2)                                                                                   \
      _Pragma("unroll 1") for (int r = 0; r < used->count; r++) {                                                    \
        global const float *row = w + used->rows[r] * pitch + k;                                                     \
        private const float *part = parts + used->rows[r] - block;                                                   \
        if (r < asked) {                                                                                             \
          global const float *next = w + then[r] * pitch + k;                                                        \
          _Pragma("unroll") for (int j = 0; j < 2; j++) EXPECT_LINE(next + j * second);                              \
        }                                                                                                            \
        float16 vectors[2];                                                                                          \
        _Pragma("unroll") for (int j = 0; j < 2; j++) vectors[j] = load16(row + j * second);                         \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                        \
          const float16 f = part[n * DENSE_BLOCK];                                                                   \
          _Pragma("unroll") for (int j = 0; j < 2; j++) sums[n][j] = multiply_add(f, vectors[j], sums[n][j]);        \
        }                                                                                                            \
      }                                                                                                              \
      _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                          \
        if (n >= count) continue;                                                                                    \
        global float *total = totals + (size_t)n * columns + k;                                                      \
        _Pragma("unroll") for (int j = 0; j < 2; j++) {                                                              \
          if (j == 0 || second) store16(load16(total + 16 * j) + sums[n][j], total + 16 * j);                        \
        }                                                                                                            \
      }                                                                                                              \
    }                                                                                                                \
  }

FORWARD_FORM(add_rows_of_few, FEW_ENTRIES)
FORWARD_FORM(add_rows_of_some, 2 * FEW_ENTRIES)
FORWARD_FORM(add_rows_of_many, DENSE_ENTRIES)

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_forward(
    const int F, const int K, const int entries, const int entriesAtOnce, const int columns, const Epilogue e,
    global const float *x, const int xStride, const SignPart part, global const float *w, local float *memory,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const size_t pitch = dense_pitch(K);
  const int first = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * columns;
  if (first < 0) return;
  const int width = min(columns, dense_length(K) - first);
  w += first;
  for (int start = 0; start < entries; start += entriesAtOnce) {
    const int count = min(entriesAtOnce, entries - start);
    global const float *from = x + (size_t)start * xStride;
    global float *totals = SAME_MEMORY(memory);
    for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, totals + i);
    UsedRows used[2];
    find_rows(F, 0, part, from, xStride, count, &used[0]);
    for (int block = 0, now = 0; block < F; block += DENSE_BLOCK, now = 1 - now) {
      private const UsedRows *own = &used[now], *then = &used[1 - now];
      find_rows(F, block + DENSE_BLOCK, part, from, xStride, count, &used[1 - now]);
      const int calls = (count + DENSE_ENTRIES - 1) / DENSE_ENTRIES, share = (then->count + calls - 1) / calls;
      for (int n = 0; n < count && own->count > 0; n += DENSE_ENTRIES) {
        const int together = min(DENSE_ENTRIES, count - n), filled = count == 1 ? 1 : DENSE_ENTRIES;
        float parts[DENSE_ENTRIES * DENSE_BLOCK];
        for (int entry = 0; entry < filled; entry++) {
          for (int i = 0; i < DENSE_BLOCK; i += 16) {
            const int isThere = entry < together && block + i < F;
            const float16 numbers = isThere ? parts_of(part, from + (size_t)(n + entry) * xStride, block + i, F) : 0.0f;
            vstore16(numbers, 0, parts + entry * DENSE_BLOCK + i);
          }
        }
        global float *of = totals + (size_t)n * columns;
        const int asks = n / DENSE_ENTRIES * share, asked = min(share, then->count - asks);
#define ADD_ROWS(of_entries) \
  of_entries(own, then->rows + asks, asked, block, parts, w, pitch, width, together, of, columns)
        if (count == 1) add_rows(own, block, parts, w, pitch, width, totals, totals + columns);
        else if (together <= FEW_ENTRIES) ADD_ROWS(add_rows_of_few);
        else if (together <= 2 * FEW_ENTRIES) ADD_ROWS(add_rows_of_some);
        else ADD_ROWS(add_rows_of_many);
#undef ADD_ROWS
      }
    }
    for (int n = 0; n < count; n++) {
      const FinishedEntry entry = finished_entry(e, arrays, start + n);
      for (int k = 0; k < width; k += 16)
        finish(e, arrays, load16(totals + (size_t)n * columns + k), entry, first + k, first + k, K);
    }
  }
}
