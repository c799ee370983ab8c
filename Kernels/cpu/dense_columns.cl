// Transpose of a fully connected layer for CPUs, bound by reading the weights once: c = W^T s, step 3 of LRP.
//
//   dense_columns         c[m,i] = sum_k s[m,k] * w[k,i], and the epilogue
//   dense_columns_narrow  the same with w in 24 bits a number, where speed is asked for (narrow.h)
//
// s [entries][K], w [K,F] as the network has it.
// A work-item makes `columns` outputs of every entry, a multiple of what is read of a row together. Rows of w whose s is 0 in
// all entries are not read: behind a rectifier that is half of them.
// Sums run over blocks of rows first, then over the blocks. What an entry gives does not depend on the others: zeros are added
// where another entry has none.
// Local memory: 2 * entries at once * columns floats.
// Grid (ceil(F / columns) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

// Rows of w that one call takes, and that are summed before they join the total.
#define DENSE_ROWS 4
#define BLOCK_ROWS 64

// Entries that one call serves at most.
#define COLUMN_ENTRIES 4

// Four rows of w times their s of `count` entries, added to sums that lie `columns` apart: `factors` are the first's four, then
// the second's. `asked` of the rows that come next are on their way meanwhile. `rest` is `rest_of_row`, seen from the piece's
// first number.
static inline __attribute__((always_inline)) void add_rows(const int vectors, const int count, const int whole,
                                                           const int width, const int rest, global const float *const *row,
                                                           const float *factors, global float *sum, const int columns,
                                                           global const float *const *next, const int asked) {
  float16 f[COLUMN_ENTRIES * DENSE_ROWS];
#pragma unroll
  for (int r = 0; r < count * DENSE_ROWS; r++) f[r] = factors[r];
#pragma unroll 1
  for (int i = 0; i < whole; i += 16 * vectors) {
#pragma unroll 1
    for (int r = 0; r < asked; r++) {
#pragma unroll
      for (int line = 0; line < place_in_row(vectors, 16 * vectors); line += 16)
        EXPECT_LINE(next[r] + place_in_row(vectors, i) + line);
    }
    float16 w[DENSE_ROWS][NARROW];
#pragma unroll
    for (int r = 0; r < DENSE_ROWS; r++) numbers_of(vectors, row[r], i, w[r]);
#pragma unroll
    for (int n = 0; n < count; n++) {
#pragma unroll
      for (int v = 0; v < vectors; v++) {
        global float *into = sum + (size_t)n * columns + i + 16 * v;
        float16 value = load16(into);
#pragma unroll
        for (int r = 0; r < DENSE_ROWS; r++) value = multiply_add(f[DENSE_ROWS * n + r], w[r][v], value);
        store16(value, into);
      }
    }
  }
  for (int n = 0; n < count; n++) {
    for (int i = whole; i < width; i++) {
      float value = sum[(size_t)n * columns + i];
      for (int r = 0; r < DENSE_ROWS; r++) value = multiply_add(factors[DENSE_ROWS * n + r], row[r][rest + i], value);
      sum[(size_t)n * columns + i] = value;
    }
  }
}

// Rows of a block that some of the `count` entries of s [entries][K] need.
typedef struct {
  int rows[BLOCK_ROWS];
  int count;
} UsedRows;

static void find_rows(const int K, const int block, global const float *s, const int count, private UsedRows *used) {
  used->count = 0;
  for (int k = block; k < min(block + BLOCK_ROWS, K); k++) {
    int reads = 0;
    for (int n = 0; n < count; n++) reads |= s[(size_t)n * K + k] != 0.0f;
    if (reads) used->rows[used->count++] = k;
  }
}

static inline __attribute__((always_inline)) void columns_of(const int vectors, const int F, const int K, const int entries,
                                                             const int entriesAtOnce, const int columns, const Epilogue e,
                                                             const EpilogueArrays arrays, global const float *s,
                                                             global const float *w, local float *memory) {
  const int first = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * columns;
  if (first < 0) return;
  const int width = min(columns, F - first), whole = width / (16 * vectors) * (16 * vectors);
  const int place = place_in_row(vectors, first), rest = rest_of_row(vectors, F) + first - place;
  const size_t pitch = row_pitch(vectors, F);
  global const float *scale = w + K * pitch;
  w += place;
  for (int start = 0; start < entries; start += entriesAtOnce) {
    const int count = min(entriesAtOnce, entries - start), calls = (count + COLUMN_ENTRIES - 1) / COLUMN_ENTRIES;
    // So many next rows a call asks for; none for a single entry, which the memory's own streams serve.
    const int asked = count == 1 ? 0 : (DENSE_ROWS + calls - 1) / calls;
    global const float *from = s + (size_t)start * K;
    global float *totals = SAME_MEMORY(memory), *sums = totals + (size_t)entriesAtOnce * columns;
    for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, totals + i);
    UsedRows used[2];
    find_rows(K, 0, from, count, &used[0]);
    for (int block = 0, now = 0; block < K; block += BLOCK_ROWS, now = 1 - now) {
      private const UsedRows *own = &used[now], *then = &used[1 - now];
      find_rows(K, block + BLOCK_ROWS, from, count, &used[1 - now]);
      if (own->count == 0) continue;
      for (int i = 0; i < count * columns; i += 16) store16((float16)0.0f, sums + i);
      for (int j = 0; j < own->count; j += DENSE_ROWS) {
        global const float *row[DENSE_ROWS], *next[DENSE_ROWS];
        for (int r = 0; r < DENSE_ROWS; r++) {
          const int after = j + DENSE_ROWS + r, behind = after - own->count;
          row[r] = w + own->rows[min(j + r, own->count - 1)] * pitch;
          next[r] = behind < 0 ? w + own->rows[after] * pitch : behind < then->count ? w + then->rows[behind] * pitch : row[r];
        }
        for (int n = 0, next0 = 0; n < count; n += COLUMN_ENTRIES, next0 += asked) {
          const int together = min(COLUMN_ENTRIES, count - n), asks = clamp(DENSE_ROWS - next0, 0, asked);
          float factors[COLUMN_ENTRIES * DENSE_ROWS];
          for (int r = 0; r < DENSE_ROWS; r++) {
            const int k = own->rows[min(j + r, own->count - 1)];
            const float unit = j + r >= own->count ? 0.0f : vectors == NARROW ? scale[k] : 1.0f;
            for (int entry = 0; entry < together; entry++)
              factors[DENSE_ROWS * entry + r] = from[(size_t)(n + entry) * K + k] * unit;
          }
          global float *sum = sums + (size_t)n * columns;
          global const float *const *following = next + min(next0, DENSE_ROWS - 1);
#define ADD_ROWS(count) add_rows(vectors, count, whole, width, rest, row, factors, sum, columns, following, asks)
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
      for (int i = 0; i < width; i += 16) {
        float16 c = load16(totals + (size_t)n * columns + i);
        if (vectors == NARROW) c *= NARROW_UNIT;
        finish(e, arrays, c, finished_entry(e, arrays, start + n), first + i, first + i, F);
      }
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_columns(
    const int F, const int K, const int entries, const int entriesAtOnce, const int columns, const Epilogue e,
    global const float *s, global const float *w, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  columns_of(AS_IT_IS, F, K, entries, entriesAtOnce, columns, e, arrays, s, w, memory);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_columns_narrow(
    const int F, const int K, const int entries, const int entriesAtOnce, const int columns, const Epilogue e,
    global const float *s, global const float *w, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  columns_of(NARROW, F, K, entries, entriesAtOnce, columns, e, arrays, s, w, memory);
}
