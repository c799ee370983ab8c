// Fully connected layer for CPUs, bound by reading the weights once: z = W x, step 1 of LRP.
//
//   dense_rows         z[n,k] = sum_i part(x)[n,i] * w[k,i], and the epilogue
//   dense_rows_narrow  the same with w in 24 bits a number, where speed is asked for (narrow.h)
//
// x [entries][F] with xStride elements an entry (0: one for the whole batch), w [K,F] as the network has it.
// A work-item makes 16 outputs of every entry, four rows of w at a time against up to DENSE_ENTRIES entries. One entry reads
// long streams, four rows after four rows. Several take all 16 rows block by block: a block comes from memory once, while the
// products of the one before are made, and with the same block of x stays in the first cache.
// Sums run over blocks of terms first, then over the blocks: the error grows with their lengths, not with their product. What
// an entry gives does not depend on the others.
// Grid (ceil(K / 16) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

#define DENSE_ENTRIES 4  // entries at once: with 4 rows 16 sums of 16 lanes
#define NEAR_ENTRIES 8   // entries whose blocks fill half of a first cache
#define KEPT_ENTRIES 32  // entries whose totals are kept, a KiB each
#define ROW_BLOCK 512    // numbers of a row that are summed before they join the total

static inline float sum_of_lanes(const float16 value) {
  const float8 eight = value.lo + value.hi;
  const float4 four = eight.lo + eight.hi;
  return (four.x + four.y) + (four.z + four.w);
}

// Four rows of w times ENTRIES entries of x, numbers `from` to `to` - 1: totals[entry][row] += their sums. The next block of
// the rows `asks` to `end` - 1 is on its way meanwhile.
#define DENSE_FORM(name, ENTRIES, VECTORS)                                                                           \
  WIDE static __attribute__((noinline)) void name(const int from, const int to, const int plain, const SignPart part, \
                                                  global const float *x, const int xStride,                          \
                                                  global const float *const *rows, private float16 (*totals)[4],     \
                                                  const int asks, const int end) {                                   \
    global const float *w0 = rows[0], *w1 = rows[1], *w2 = rows[2], *w3 = rows[3];                                   \
    float16 block[4][ENTRIES];                                                                                       \
    _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                                  \
      _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) block[r][n] = 0.0f;                                        \
    }                                                                                                                \
    _Pragma("unroll 1") for (int i = from; i < to; i += 16 * VECTORS) {                                              \
      float16 row[4][VECTORS];                                                                                       \
      numbers_of(VECTORS, w0, i, row[0]), numbers_of(VECTORS, w1, i, row[1]);                                        \
      numbers_of(VECTORS, w2, i, row[2]), numbers_of(VECTORS, w3, i, row[3]);                                        \
      if (ENTRIES > 1) {                                                                                             \
        _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                              \
          if (r < asks || r >= end) continue;                                                                        \
          _Pragma("unroll") for (int line = 0; line < place_in_row(VECTORS, 16 * VECTORS); line += 16)               \
              EXPECT_LINE(rows[r] + place_in_row(VECTORS, i + ROW_BLOCK) + line);                                    \
        }                                                                                                            \
      }                                                                                                              \
      _Pragma("unroll") for (int v = 0; v < VECTORS; v++) {                                                          \
        float16 a[ENTRIES];                                                                                          \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                        \
          a[n] = load16(x + (size_t)n * xStride + i + 16 * v);                                                       \
          if (!plain) a[n] = part_of(part, a[n]);                                                                    \
        }                                                                                                            \
        _Pragma("unroll") for (int r = 0; r < 4; r++) {                                                              \
          _Pragma("unroll") for (int n = 0; n < ENTRIES; n++)                                                        \
              block[r][n] = multiply_add(row[r][v], a[n], block[r][n]);                                              \
        }                                                                                                            \
      }                                                                                                              \
    }                                                                                                                \
    _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                            \
      _Pragma("unroll") for (int r = 0; r < 4; r++) totals[n][r] += block[r][n];                                     \
    }                                                                                                                \
  }

DENSE_FORM(dense_rows_of_one, 1, AS_IT_IS)
DENSE_FORM(dense_rows_of_many, DENSE_ENTRIES, AS_IT_IS)
DENSE_FORM(narrow_rows_of_one, 1, NARROW)
DENSE_FORM(narrow_rows_of_many, DENSE_ENTRIES, NARROW)

// Rows k, k + 4, k + 8, k + 12 of w. A row behind the last is the last again; it is not stored.
static inline void four_rows(global const float *w, const size_t pitch, const int k, const int K,
                             global const float **rows) {
  for (int j = 0; j < 4; j++) rows[j] = w + min(k + 4 * j, K - 1) * pitch;
}

// Numbers `from` to `to` - 1 of four rows times entries `first` to `end` - 1 of x, `first` a multiple of DENSE_ENTRIES. Each call
// asks for `asked` of the rows, the next entries' for the next of them.
static inline __attribute__((always_inline)) void add_block(const int vectors, const int from, const int to, const int first,
                                                            const int end, const int asked, const int plain,
                                                            const SignPart part, global const float *x, const int xStride,
                                                            global const float *const *rows,
                                                            private float16 (*totals)[4]) {
  for (int n = first; n < end;) {
    global const float *a = x + (size_t)n * xStride;
    const int many = end - n >= DENSE_ENTRIES, asks = n / DENSE_ENTRIES * asked, last = min(asks + asked, 4);
    if (vectors == NARROW) {
      if (many) narrow_rows_of_many(from, to, plain, part, a, xStride, rows, totals + n, asks, last);
      else narrow_rows_of_one(from, to, plain, part, a, xStride, rows, totals + n, asks, last);
    } else {
      if (many) dense_rows_of_many(from, to, plain, part, a, xStride, rows, totals + n, asks, last);
      else dense_rows_of_one(from, to, plain, part, a, xStride, rows, totals + n, asks, last);
    }
    n += many ? DENSE_ENTRIES : 1;
  }
}

static inline __attribute__((always_inline)) void rows_of(const int vectors, const int F, const int K, const int entries,
                                                          const Epilogue e, const EpilogueArrays arrays,
                                                          global const float *x, const int xStride, const SignPart part,
                                                          global const float *w) {
  const int k = ((int)get_global_id(0) - TILE_IDLE_GROUPS) * 16;
  if (k < 0) return;
  const int plain = part.positive == 1.0f && part.negative == 1.0f;
  const int whole = F / (16 * vectors) * (16 * vectors), rest = rest_of_row(vectors, F);
  const size_t pitch = row_pitch(vectors, F);
  global const float *scale = w + K * pitch;
  for (int first = 0; first < entries; first += KEPT_ENTRIES) {
    const int count = min(KEPT_ENTRIES, entries - first), calls = (count + DENSE_ENTRIES - 1) / DENSE_ENTRIES;
    // Fours of rows that are taken block by block together, and rows that each call for one of them asks for.
    const int fours = count == 1 ? 1 : 4, asked = count == 1 ? 0 : (4 + calls - 1) / calls;
    global const float *own = x + (size_t)first * xStride;
    float sums[KEPT_ENTRIES * 16];
    for (int r0 = 0; r0 < 4 && k + r0 < K; r0 += fours) {
      float16 totals[4][KEPT_ENTRIES][4];
      for (int r = 0; r < fours; r++) {
        for (int n = 0; n < 4 * count; n++) totals[r][n / 4][n % 4] = 0.0f;
      }
      global const float *rows[4][4];
      for (int r = 0; r < fours; r++) four_rows(w, pitch, k + r0 + r, K, rows[r]);
      for (int i = 0; i < whole; i += ROW_BLOCK) {
        const int to = min(i + ROW_BLOCK, whole);
        for (int near = 0; near < count; near += NEAR_ENTRIES) {
          for (int r = 0; r < fours; r++)
            add_block(vectors, i, to, near, min(near + NEAR_ENTRIES, count), asked, plain, part, own, xStride, rows[r],
                      totals[r]);
        }
      }
      for (int r = 0; r < fours; r++) {
        for (int n = 0; n < count; n++) {
          float tail[4] = {0.0f, 0.0f, 0.0f, 0.0f};
          for (int i = whole; i < F; i++) {
            const float a = own[(size_t)n * xStride + i];
            const float number = part.positive * fmax(a, 0.0f) + part.negative * fmin(a, 0.0f);
            for (int j = 0; j < 4; j++) tail[j] += number * rows[r][j][rest + i];
          }
          for (int j = 0; j < 4; j++) sums[n * 16 + 4 * j + r0 + r] = sum_of_lanes(totals[r][n][j]) + tail[j];
        }
      }
    }
    for (int n = 0; n < count; n++) {
      float16 z = vload16(n, sums);
      if (vectors == NARROW) z = z * NARROW_UNIT * load_lanes(scale, k, K);
      finish(e, arrays, z, finished_entry(e, arrays, first + n), k, k, K);
    }
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
