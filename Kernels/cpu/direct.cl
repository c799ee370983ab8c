// Convolution of few input channels, as an image has them, for CPUs: the inputs are read where they lie.
//
//   out[p,q,k] = sum over r, s, c of  x[p * strideY - padTop + r * dilationY, q * strideX - padLeft + s, c] * w[k, c, r, s]
//
// With few channels, gathering the inputs of a position (gather.cl) takes as long as multiplying them. But the S * C inputs
// that a row of the filter reads are neighbours, and those of the next position begin strideX * C numbers on: a tile can read
// them in place, once the rows have zeros on both sides. The terms join in the order of gather.cl, TILE_DEPTH at most at a
// time, so that the sums are the same to the bit where all are at most TILE_DEPTH.
//
// x [entries][H,W,C] with xStride elements an entry (0: one for the whole batch); outputs [entries][P,Q,K]; U packed by
// pack_gather [block][R*S*C][columns]. A work-item makes a rectangle of outputs.
// Local memory: inputRows * pitch + TILE_ROWS * TILE_COLUMNS floats.
// Grid (ceil(P / rowsAtOnce) + TILE_IDLE_GROUPS, ceil(Q / columnsAtOnce), entries) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// m[i][.] (+)= sums over `rows` rows of a filter, `depth` terms each; inputs of a row are `pitch` apart, those of neighbours
// `lda`.
#define DIRECT_FORM(name, VECTORS)                                                                                   \
  WIDE static __attribute__((noinline)) void name(const int rows, const int depth, global const float *a,            \
                                                  const int pitch, const int lda, global const float *b,             \
                                                  const int joins, global float *m) {                                \
    float16 sums[TILE_ROWS][VECTORS];                                                                                \
    CLEAR_SUMS(sums, TILE_ROWS, VECTORS)                                                                             \
    _Pragma("unroll 1") for (int r = 0; r < rows; r++, a += pitch) {                                                 \
      _Pragma("unroll 1") for (int d = 0; d < depth; d++, b += 16 * VECTORS)                                         \
        ADD_TERM(sums, TILE_ROWS, VECTORS, a + d, lda, b)                                                            \
    }                                                                                                                \
    STORE_SUMS(sums, TILE_ROWS, VECTORS, joins, m)                                                                   \
  }

DIRECT_FORM(direct_tile, TILE_VECTORS)
DIRECT_FORM(slim_direct_tile, 1)

// The pixels of row h from column `first` on, with zeros for those beyond the image.
static inline __attribute__((always_inline)) void copy_row(const DirectGeometry g, global const float *image, const int h,
                                                           const int first, const SignPart part,
                                                           global float *row) {
  const int left = min(max(-first, 0) * g.C, g.pitch - 16), from = max(first, 0) * g.C;
  const int width = h >= 0 && h < g.H ? min(g.W * g.C - from, g.pitch - 16 - left) : 0;
  int i = 0;
  for (; i < left; i += 16) store16((float16)0.0f, row + i);
  for (i = 0; i < width; i += 16) {
    const float16 value = load_lanes(image + (size_t)h * g.W * g.C + from, i, width);
    store16(part_of(part, value), row + left + i);
  }
  for (i += left; i + 16 <= g.pitch; i += 16) store16((float16)0.0f, row + i);
}

static inline __attribute__((always_inline)) void finish_tile(const DirectGeometry g, const Epilogue e,
                                                              const EpilogueArrays arrays, const FinishedEntry entry,
                                                              const size_t pixel, const int count, const int k0,
                                                              const int vectors, global const float *m) {
#pragma unroll 1
  for (int i = 0; i < count; i++)
#pragma unroll 1
    for (int j = 0; j < vectors; j++) {
      const int k = k0 + 16 * j;
      finish(e, arrays, load16(m + 16 * (i * vectors + j)), entry, (pixel + i) * g.K + k, k, g.K);
    }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_direct(
    const DirectGeometry g, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *U, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int piece = (int)get_global_id(0) - TILE_IDLE_GROUPS, entry = get_global_id(2);
  if (piece < 0) return;
  const int firstRow = piece * g.rowsAtOnce, rows = min(g.rowsAtOnce, g.P - firstRow), depth = g.S * g.C;
  const int firstColumn = get_global_id(1) * g.columnsAtOnce, columns = min(g.columnsAtOnce, g.Q - firstColumn);
  const int inputRows = (rows - 1) * g.strideY + (g.R - 1) * g.dilationY + 1;
  const int rowsOfSum = max(1, TILE_DEPTH / depth);
  global float *m = SAME_MEMORY(memory), *inputs = m + TILE_ROWS * TILE_COLUMNS;
#pragma unroll 1
  for (int i = 0; i < inputRows; i++)
    copy_row(g, x + (size_t)entry * xStride, firstRow * g.strideY - g.padTop + i, firstColumn * g.strideX - g.padLeft,
             part, inputs + (size_t)i * g.pitch);

  const FinishedEntry finished = finished_entry(e, arrays, entry);
#pragma unroll 1
  for (int p = 0; p < rows; p++)
#pragma unroll 1
    for (int q = 0; q < columns; q += TILE_ROWS)
#pragma unroll 1
      for (int k = 0; k < g.K; k += TILE_COLUMNS) {
        const int vectors = min(TILE_VECTORS, (g.K - k + 15) / 16), count = min(TILE_ROWS, columns - q);
        const int rowPitch = g.dilationY * g.pitch, lda = g.strideX * g.C;
        global const float *a = inputs + (size_t)p * g.strideY * g.pitch + (size_t)q * lda;
        global const float *b = U + (size_t)k * g.R * depth;
#pragma unroll 1
        for (int r = 0; r < g.R; r += rowsOfSum) {
          global const float *from = a + (size_t)r * rowPitch, *filters = b + (size_t)r * depth * 16 * vectors;
          const int count = min(rowsOfSum, g.R - r);
          if (vectors == TILE_VECTORS) direct_tile(count, depth, from, rowPitch, lda, filters, r > 0, m);
          else slim_direct_tile(count, depth, from, rowPitch, lda, filters, r > 0, m);
        }
        const size_t pixel = (size_t)(firstRow + p) * g.Q + firstColumn + q;
        if (is_run(e, EPILOGUE_RECTIFY, 1))
          finish_tile(g, run_of(e, EPILOGUE_RECTIFY, 1), arrays, finished, pixel, count, k, vectors, m);
        else
          finish_tile(g, e, arrays, finished, pixel, count, k, vectors, m);
      }
}
