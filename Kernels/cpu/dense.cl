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
// dense_rows_narrow, dense_columns_narrow: the same with w in 24 bits a number, where speed is asked for (narrow.h).
// Sums run over blocks of terms first, then over the blocks: the error grows with their lengths, not with their product.
// What an entry gives does not depend on the others: zeros are added where another entry has none.
// Local memory: dense_columns 2 * entries at once * columns floats.
// Grid: dense_rows (ceil(K / 16) + TILE_IDLE_GROUPS), dense_columns (ceil(F / columns) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/narrow.h"
#include "cpu/tile.h"

#define DENSE_ENTRIES 4  // entries at once: with 4 rows 16 sums of 16 lanes
#define DENSE_BLOCK 64   // terms of a lane, or rows, summed before they join the total

static inline float sum_of_lanes(const float16 value) {
  const float8 eight = value.lo + value.hi;
  const float4 four = eight.lo + eight.hi;
  return (four.x + four.y) + (four.z + four.w);
}

// Vectors of a row that are read together: one of w as it is, the four of a block of narrow.h.
#define AS_IT_IS 1
#define NARROW (NARROW_ENTRIES / 16)

// The numbers i, i + 1 ... of a row, in as many vectors.
static inline __attribute__((always_inline)) void numbers_of(const int vectors, global const float *row, const int i,
                                                             private float16 *numbers) {
  if (vectors == NARROW) narrow_numbers(row + i / NARROW_ENTRIES * NARROW_WORDS, numbers);
  else numbers[0] = load16(row + i);
}

// Words from one row to the next; from a row's first to those of number i, a multiple of what is read together; and what to
// add to i where it is one of the floats behind those.
static inline size_t row_pitch(const int vectors, const int F) { return vectors == NARROW ? narrow_pitch(F) : F; }

static inline int place_in_row(const int vectors, const int i) {
  return vectors == NARROW ? i / NARROW_ENTRIES * NARROW_WORDS : i;
}

static inline int rest_of_row(const int vectors, const int F) {
  return vectors == NARROW ? F / NARROW_ENTRIES * (NARROW_WORDS - NARROW_ENTRIES) : 0;
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
            _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = fma(row[r][v], a[n], block[r][n]);     \
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

// Rows of w that one call takes.
#define DENSE_ROWS 4

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
        for (int r = 0; r < DENSE_ROWS; r++) value = fma(f[DENSE_ROWS * n + r], w[r][v], value);
        store16(value, into);
      }
    }
  }
  for (int n = 0; n < count; n++) {
    for (int i = whole; i < width; i++) {
      float value = sum[(size_t)n * columns + i];
      for (int r = 0; r < DENSE_ROWS; r++) value = fma(factors[DENSE_ROWS * n + r], row[r][rest + i], value);
      sum[(size_t)n * columns + i] = value;
    }
  }
}

// Rows of a block that some of the `count` entries of s [entries][K] need.
typedef struct {
  int rows[DENSE_BLOCK];
  int count;
} UsedRows;

static void find_rows(const int K, const int block, global const float *s, const int count, private UsedRows *used) {
  used->count = 0;
  for (int k = block; k < min(block + DENSE_BLOCK, K); k++) {
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
    for (int block = 0, now = 0; block < K; block += DENSE_BLOCK, now = 1 - now) {
      private const UsedRows *own = &used[now], *then = &used[1 - now];
      find_rows(K, block + DENSE_BLOCK, from, count, &used[1 - now]);
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
