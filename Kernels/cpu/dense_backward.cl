// Transpose of a fully connected layer for CPUs, bound by reading the weights once: c = W^T s, step 3 of LRP.
//
//   c[n,i] = sum_k s[n,k] * w[i,k], and the epilogue
//
// s [entries][K], w as in dense.h.
// A work-item makes 16 outputs of every entry, four rows of w at a time against up to BACK_ENTRIES entries. Where step 4 follows,
// R = a * c, rows with a = 0 in all entries are not read. Nor are numbers in front of the first s that is not 0, and behind the
// last: where the relevance of one class begins there is one. One entry reads long streams, four rows after four rows. Several
// take all rows block by block: a block comes from memory once, while the products of the one before are made, and with the
// same block of s stays in the first cache.
// Of few weights the last rows come first: the forward pass read them last.
// A lane sums every 16th term, then the lanes are added: what an entry gives does not depend on the others, nor on zeros of s that
// fill whole vectors.
// Grid (ceil(F / 16) + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

// Rows and entries at once: 16 sums for AVX-512, 4 for AVX2 (tried 1 x 4, 2 x 3), 2 for SSE. One entry waits for memory and takes
// four rows everywhere: two streams are slower.
#if TILE_ROWS * TILE_VECTORS >= 16
#define BACK_ROWS 4
#define BACK_ENTRIES 4
#elif TILE_ROWS * TILE_VECTORS >= 4
#define BACK_ROWS 2
#define BACK_ENTRIES 2
#else
#define BACK_ROWS 1
#define BACK_ENTRIES 2
#endif
#define NEAR_ENTRIES 8   // entries whose blocks fill half of a first cache
#define KEPT_ENTRIES 32  // entries whose totals are kept, a KiB each
#define RECENT_WEIGHTS (20 << 20)  // so few that the forward pass may have left the last ones in a shared cache
#define ROW_BLOCK 512    // numbers of a row that are taken for all entries before the next

static inline float sum_of_lanes(const float16 value) {
  const float8 eight = value.lo + value.hi;
  const float4 four = eight.lo + eight.hi;
  return (four.x + four.y) + (four.z + four.w);
}

// Four rows of w, ROWS of them at once, times ENTRIES entries of s, numbers `from` to `to` - 1: totals[entry][row] += their sums.
// Of several entries the next block of the rows `asks` to `end` - 1 is on its way meanwhile.
#define BACKWARD_FORM(name, ROWS, ENTRIES)                                                                           \
  WIDE static __attribute__((noinline)) void name(const int from, const int to, global const float *s,               \
                                                  const int sStride, global const float *const *rows,                \
                                                  private float16 (*totals)[4], const int asks, const int end) {     \
    _Pragma("unroll 1") for (int r0 = 0; r0 < 4; r0 += ROWS) {                                                       \
      float16 sums[ROWS][ENTRIES];                                                                                   \
      global const float *w[ROWS];                                                                                   \
      _Pragma("unroll") for (int r = 0; r < ROWS; r++) {                                                             \
        w[r] = rows[r0 + r];                                                                                         \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) sums[r][n] = totals[n][r0 + r];                          \
      }                                                                                                              \
      _Pragma("unroll 1") for (int k = from; k < to; k += 16) {                                                      \
        float16 vectors[ROWS];                                                                                       \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) vectors[r] = load16(w[r] + k);                              \
        _Pragma("unroll") for (int r = 0; r < ROWS && ENTRIES > 1; r++) {                                            \
          if (r0 + r >= asks && r0 + r < end) EXPECT_LINE(w[r] + k + ROW_BLOCK);                                     \
        }                                                                                                            \
        _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                        \
          const float16 own = load16(s + (size_t)n * sStride + k);                                                   \
          _Pragma("unroll") for (int r = 0; r < ROWS; r++) sums[r][n] = multiply_add(vectors[r], own, sums[r][n]);   \
        }                                                                                                            \
      }                                                                                                              \
      _Pragma("unroll") for (int n = 0; n < ENTRIES; n++) {                                                          \
        _Pragma("unroll") for (int r = 0; r < ROWS; r++) totals[n][r0 + r] = sums[r][n];                             \
      }                                                                                                              \
    }                                                                                                                \
  }

BACKWARD_FORM(backward_of_one, 4, 1)
BACKWARD_FORM(backward_of_many, BACK_ROWS, BACK_ENTRIES)

// Numbers `from` to `to` - 1 of four rows times entries `first` to `end` - 1 of s, `first` a multiple of BACK_ENTRIES. Each call
// asks for `asked` of the rows, the next entries' for the next of them.
static void add_block(const int from, const int to, const int first, const int end, const int asked, global const float *s,
                      const int sStride, global const float *const *rows, private float16 (*totals)[4]) {
  for (int n = first; n < end;) {
    global const float *own = s + (size_t)n * sStride;
    const int many = end - n >= BACK_ENTRIES, asks = n / BACK_ENTRIES * asked, last = min(asks + asked, 4);
    if (many) backward_of_many(from, to, own, sStride, rows, totals + n, asks, last);
    else backward_of_one(from, to, own, sStride, rows, totals + n, asks, last);
    n += many ? BACK_ENTRIES : 1;
  }
}

// Which of the outputs i to i + 15 rows are read for: all, or those with another a than 0 in some of `count` entries.
static void find_outputs(const Epilogue e, const EpilogueArrays arrays, const int first, const int count, const int i,
                         const int F, private UsedRows *used) {
  used->count = 0;
  if (e.steps & EPILOGUE_PRODUCT) {
    const int image = first / e.targets, images = (first + count - 1) / e.targets - image + 1;
    const size_t stride = e.activationStride ? e.count : 0;
    add_used_rows(e.part, arrays.activation + image * stride, stride, images, i, F, used);
  } else {
    for (int j = 0; j < min(16, F - i); j++) used->rows[used->count++] = i + j;
  }
}

// Whether one of the numbers k to k + 15 is not 0 in some of `count` entries of s.
static int are_used(const int k, global const float *s, const int K, const int count) {
  int16 bits = 0;
  for (int n = 0; n < count; n++) bits |= as_int16(load_lanes(s + (size_t)n * K, k, K));
  return any((bits & 0x7fffffff) != 0);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void dense_backward(
    const int F, const int K, const int entries, const Epilogue e, global const float *s, global const float *w,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int group = (int)get_global_id(0) - TILE_IDLE_GROUPS, groups = (F + 15) / 16;
  if (group < 0) return;
  const int whole = K / 16 * 16;
  const size_t pitch = dense_pitch(K);
  const int i = 16 * (F * pitch <= RECENT_WEIGHTS ? groups - 1 - group : group);
  for (int first = 0; first < entries; first += KEPT_ENTRIES) {
    const int count = min(KEPT_ENTRIES, entries - first), calls = (count + BACK_ENTRIES - 1) / BACK_ENTRIES;
    // Fours of rows that are taken block by block together, and rows that each call for one of them asks for.
    const int fours = count == 1 ? 1 : 4, asked = count == 1 ? 0 : (4 + calls - 1) / calls;
    global const float *own = s + (size_t)first * K;
    UsedRows used;
    find_outputs(e, arrays, first, count, i, F, &used);
    int begin = 0, end = whole;
    while (begin < end && !are_used(begin, own, K, count)) begin += 16;
    while (begin < end && !are_used(end - 16, own, K, count)) end -= 16;
    float sums[KEPT_ENTRIES * 16];
    for (int n = 0; n < 16 * count; n++) sums[n] = 0.0f;
    // What is behind the last whole vector of s, with zeros.
    float tail[KEPT_ENTRIES * 16];
    for (int n = 0; n < count && whole < K; n++) vstore16(load_lanes(own + (size_t)n * K, whole, K), n, tail);
    for (int r0 = 0; r0 < used.count; r0 += 4 * fours) {
      const int together = min(fours, (used.count - r0 + 3) / 4);
      float16 totals[4][KEPT_ENTRIES][4];
      global const float *rows[4][4];
      for (int r = 0; r < together; r++) {
        for (int n = 0; n < 4 * count; n++) totals[r][n / 4][n % 4] = 0.0f;
        for (int j = 0; j < 4; j++) rows[r][j] = w + used.rows[min(r0 + 4 * r + j, used.count - 1)] * pitch;
      }
      for (int k = begin, to; k < end; k = to) {
        to = min(k / ROW_BLOCK * ROW_BLOCK + ROW_BLOCK, end);
        for (int near = 0; near < count; near += NEAR_ENTRIES) {
          for (int r = 0; r < together; r++)
            add_block(k, to, near, min(near + NEAR_ENTRIES, count), asked, own, K, rows[r], totals[r]);
        }
      }
      for (int r = 0; r < together && whole < K; r++)
        add_block(whole, whole + 16, 0, count, 0, SAME_MEMORY(tail) - whole, 16, rows[r], totals[r]);
      for (int r = 0; r < together; r++) {
        for (int n = 0; n < count; n++) {
          for (int j = 0; j < 4 && r0 + 4 * r + j < used.count; j++)
            sums[n * 16 + used.rows[r0 + 4 * r + j] - i] = sum_of_lanes(totals[r][n][j]);
        }
      }
    }
    for (int n = 0; n < count; n++) {
      const FinishedEntry entry = finished_entry(e, arrays, first + n);
      float16 c = vload16(n, sums);
      // As if the entry were alone: 0 where its own a is, so that R has the same sign of 0.
      if (e.steps & EPILOGUE_PRODUCT && count > 1) {
        const float16 a = parts_of(e.part, arrays.activation + (e.activationStride ? entry.image : 0), i, F);
        c = a == 0.0f ? 0.0f : c;
      }
      finish(e, arrays, c, entry, i, i, F);
    }
  }
}
