// A block of a matrix product in registers: the inner loop of every convolution and dense layer on a CPU.
//
//   m[i][k] (+)= sum_c a[i][c] * b[c][k],  i < rows, k < 16 * vectors, c < depth
//
// a: `rows` rows, `lda` elements apart, read one number at a time and broadcast; b: packed [depth][16 * vectors], read once
// as vectors; m [rows][16 * vectors]. For every c that is rows * vectors multiply-adds for `vectors` loads and `rows`
// broadcasts; all rows * vectors sums stay in registers. With `joins` the sums are added to what is in m.
// Where several blocks of rows share a b from memory, only the first reads it there and memory is idle in the others. So the
// caller may name the b it wants next: it comes into the core's second cache meanwhile, evenly. Where a is not in that cache
// (`isFar`, the same wherever a kernel calls these), its next rows come into the first one too, else b's next terms.
#ifndef RELPROP_TILE_H
#define RELPROP_TILE_H

#include "common.h"

#ifndef TILE_ROWS
#define TILE_ROWS 14  // most rows of a block: 14 x 2 sums + 2 of b in the 32 registers of AVX-512; 6 x 1 for AVX2
#endif
#ifndef TILE_FEW_ROWS
#define TILE_FEW_ROWS 8  // rows of the smaller form, at least half of TILE_ROWS: two are 16 tiles of 4 x 4, those of 14 pixels
#endif
#ifndef TILE_DEPTH
#define TILE_DEPTH 64  // terms summed at a time
#endif
#define TILE_SLACK (TILE_ROWS - 1)  // rows behind the last that are read from a and written to m
#ifndef TILE_VECTORS
#define TILE_VECTORS 2  // vectors of 16 a row
#endif
#define TILE_COLUMNS (16 * TILE_VECTORS)

// PoCL compiles for 256-bit registers unless a function asks for more.
#ifdef __clang__
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif

// On a CPU local memory is memory like any other, private to a thread and kept in its core's cache. One function can then
// serve both; the kernels that do this are chosen for CPUs alone.
#define SAME_MEMORY(pointer) ((global float *)(size_t)(pointer))

// Work-groups that do nothing, before those that work. PoCL hands its threads half of the remaining groups and one more;
// of 16 groups two threads would get 9 and 7, and the one waits for the other.
#ifndef TILE_IDLE_GROUPS
#define TILE_IDLE_GROUPS 2
#endif

// The line at this address is on its way into the second cache.
#ifdef __clang__
#define EXPECT_LINE(address) __builtin_prefetch((const void *)(size_t)(address), 0, 2)
#else
#define EXPECT_LINE(address)
#endif

// The same into the first cache.
#ifdef __clang__
#define EXPECT_NEAR(address) __builtin_prefetch((const void *)(size_t)(address), 0, 3)
#else
#define EXPECT_NEAR(address)
#endif

// The register tile: sums[ROWS][VECTORS], all of them in registers where ROWS and VECTORS are constants. One term is a row of b,
// `b`, with a number each of ROWS rows of a, `lda` elements apart.
#define CLEAR_SUMS(sums, ROWS, VECTORS)                                                                              \
  _Pragma("unroll") for (int i = 0; i < ROWS; i++) {                                                                 \
    _Pragma("unroll") for (int j = 0; j < VECTORS; j++) sums[i][j] = 0.0f;                                           \
  }
#define ADD_TERM(sums, ROWS, VECTORS, a, lda, b)                                                                     \
  {                                                                                                                  \
    float16 column[VECTORS];                                                                                         \
    _Pragma("unroll") for (int j = 0; j < VECTORS; j++) column[j] = load16(b + 16 * j);                              \
    _Pragma("unroll") for (int i = 0; i < ROWS; i++) {                                                               \
      const float16 number = (a)[i * lda];                                                                           \
      _Pragma("unroll") for (int j = 0; j < VECTORS; j++) sums[i][j] = multiply_add(number, column[j], sums[i][j]);  \
    }                                                                                                                \
  }
#define STORE_SUMS(sums, ROWS, VECTORS, adds, m)                                                                     \
  _Pragma("unroll") for (int i = 0; i < ROWS; i++) {                                                                 \
    _Pragma("unroll") for (int j = 0; j < VECTORS; j++) {                                                            \
      global float *into = m + 16 * (i * VECTORS + j);                                                               \
      store16(adds ? load16(into) + sums[i][j] : sums[i][j], into);                                                  \
    }                                                                                                                \
  }

// One form for each number of rows and vectors. TILE_DEPTH terms are summed in registers before they join m: the error grows with
// the lengths of a part and of the sum of parts. With every c a line of the next b is asked for, `pace` elements behind the last.
#define TILE_FORM(name, ROWS, VECTORS)                                                                               \
  WIDE static __attribute__((noinline)) void name(const int depth, global const float *a, const int lda, const int isFar, \
                                                  global const float *b, const int joins, global float *m,           \
                                                  global const float *next, const int pace) {                        \
    int from = 0;                                                                                                    \
    do {                                                                                                             \
      const int to = min(from + TILE_DEPTH, depth), adds = joins || from > 0;                                        \
      float16 sums[ROWS][VECTORS];                                                                                   \
      CLEAR_SUMS(sums, ROWS, VECTORS)                                                                                \
      _Pragma("unroll 1") for (; from < to; from++, b += 16 * VECTORS, next += pace) {                               \
        EXPECT_LINE(next);                                                                                           \
        if (isFar) {                                                                                                 \
          EXPECT_NEAR(a + ROWS * lda + 16 * from);                                                                   \
        } else {                                                                                                     \
          _Pragma("unroll") for (int j = 0; j < VECTORS; j++) EXPECT_NEAR(b + 16 * (VECTORS * (TERMS_AHEAD + 1) + j)); \
        }                                                                                                            \
        ADD_TERM(sums, ROWS, VECTORS, a + from, lda, b)                                                              \
      }                                                                                                              \
      STORE_SUMS(sums, ROWS, VECTORS, adds, m)                                                                       \
    } while (from < depth);                                                                                          \
  }

TILE_FORM(tile_of_many, TILE_ROWS, 2)
TILE_FORM(tile_of_few, TILE_FEW_ROWS, 2)
TILE_FORM(slim_tile_of_many, TILE_ROWS, 1)
TILE_FORM(slim_tile_of_few, TILE_FEW_ROWS, 1)

// How many of `count` numbers that come next are worth asking for while `rows` rows are multiplied with others from memory: a
// single block of rows reads memory all the time.
static inline __attribute__((always_inline)) int asked_ahead(const int rows, const int count) {
  return rows > TILE_ROWS ? count : 0;
}

// The same for any number of rows, in blocks of TILE_ROWS and of TILE_FEW_ROWS: two forms only, because every form costs
// compile time. Up to TILE_FEW_ROWS - 1 rows too many are computed; a and m have room for them (see TILE_SLACK).
// Meanwhile the `count` numbers from `next` on come into the second cache, each block asking for its share of them.
static inline __attribute__((always_inline)) void tiles_before(const int rows, const int vectors, const int depth,
                                                               global const float *a, const int lda, const int isFar,
                                                               global const float *b, const int joins, global float *m,
                                                               global const float *next, const int count) {
  const int rest = rows % TILE_ROWS;
  int whole = rows / TILE_ROWS * TILE_ROWS;
  if (rest > TILE_FEW_ROWS) whole += TILE_ROWS;
  if (rest > 0 && rest <= 2 * TILE_FEW_ROWS - TILE_ROWS && whole > 0) whole -= TILE_ROWS;
  const int blocks = whole / TILE_ROWS + (max(rows - whole, 0) + TILE_FEW_ROWS - 1) / TILE_FEW_ROWS;
  const int pace = (count + blocks * depth - 1) / (blocks * depth), share = pace * depth;
  int first = 0;
  if (count == 0) next = b;  // the line that is read in any case: an address that is not mapped takes long to find out
#pragma unroll 1
  for (; first < whole; first += TILE_ROWS, a += TILE_ROWS * lda, next += share) {
    if (vectors == 2) tile_of_many(depth, a, lda, isFar, b, joins, m + (size_t)first * 32, next, pace);
    else slim_tile_of_many(depth, a, lda, isFar, b, joins, m + (size_t)first * 16, next, pace);
  }
#pragma unroll 1
  for (; first < rows; first += TILE_FEW_ROWS, a += TILE_FEW_ROWS * lda, next += share) {
    if (vectors == 2) tile_of_few(depth, a, lda, isFar, b, joins, m + (size_t)first * 32, next, pace);
    else slim_tile_of_few(depth, a, lda, isFar, b, joins, m + (size_t)first * 16, next, pace);
  }
}

// The same where b is in a cache.
static inline __attribute__((always_inline)) void tiles_of(const int rows, const int vectors, const int depth,
                                                           global const float *a, const int lda, const int isFar,
                                                           global const float *b, const int joins, global float *m) {
  tiles_before(rows, vectors, depth, a, lda, isFar, b, joins, m, b, 0);
}
#endif
