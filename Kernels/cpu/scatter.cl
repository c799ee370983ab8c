// Transposed convolution towards few channels, as an image has them, for CPUs: every product first, then the sums.
//
//   t[p,q,tap,k] = sum_c s[p,q,c] * w[c,k,tap]
//   out[h,w,k]   = sum of t[p,q,tap,k] over the (p,q,tap) that meet (h,w)           (step 3 of LRP)
//
// With few outputs k a convolution over gathered inputs (gather.cl) uses few lanes of its vectors and copies every input
// once a tap. Here the taps stand side by side in the vectors, and the inputs are read where they lie: for VGG-16's first
// layer, with W+ and W- apart, 54 of 64 lanes work instead of 6 of 16.
//
// W itself beside W+ and W- costs no products: its sums are theirs, joined.
//
// s [entries][P,Q,C]; U packed by pack_scatter: blocks [C][TILE_COLUMNS] of tapsOfBlock taps, `width` numbers each; out
// [entries][H,W,K]. A work-item makes a rectangle of outputs from all of s that meets it; the terms of a sum join in the
// order of the rows of s and then of the taps, however the work is divided.
// Local memory: blocks * (positions + TILE_SLACK) * TILE_COLUMNS + rowsAtOnce * columnsAtOnce * 16 + TILE_ROWS * C + 32 floats.
// Grid (ceil(H / rowsAtOnce) + TILE_IDLE_GROUPS, ceil(W / columnsAtOnce), entries) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// The products of `count` pixels. The last ones are copied where a tile would read pixels behind them.
static inline __attribute__((always_inline)) void multiply_pixels(const ScatterGeometry g, global const float *pixels,
                                                                  const int count, global const float *U,
                                                                  const int blocks, global float *tail,
                                                                  global float *products) {
  const int whole = count / TILE_ROWS * TILE_ROWS, rest = (count - whole) * g.C;
  for (int i = 0; i < rest; i += 16) store16(load_lanes(pixels + (size_t)whole * g.C, i, rest), tail + i);
#pragma unroll 1
  for (int block = 0; block < blocks; block++) {
    global const float *filters = U + (size_t)block * g.C * TILE_COLUMNS;
    global float *t = products + (size_t)block * (g.positions + TILE_SLACK) * TILE_COLUMNS;
    tiles_of(whole, TILE_VECTORS, g.C, pixels, g.C, filters, 0, t);
    tiles_of(count - whole, TILE_VECTORS, g.C, tail, g.C, filters, 0, t + (size_t)whole * TILE_COLUMNS);
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_scatter(
    const ScatterGeometry g, const Epilogue e, global const float *s, global const float *U, local float *memory,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int piece = (int)get_global_id(0) - TILE_IDLE_GROUPS, entry = get_global_id(2);
  if (piece < 0) return;
  const int firstRow = piece * g.rowsAtOnce, rows = min(g.rowsAtOnce, g.H - firstRow);
  const int firstColumn = get_global_id(1) * g.columnsAtOnce, columns = min(g.columnsAtOnce, g.W - firstColumn);
  const int blocks = (g.taps + g.tapsOfBlock - 1) / g.tapsOfBlock, R = g.taps / g.S;
  global float *sums = SAME_MEMORY(memory) + 16, *tail = sums + (size_t)rows * columns * 16;
  global float *products = tail + TILE_ROWS * g.C + 16;
  for (int i = 0; i < rows * columns; i++) store16((float16)0.0f, sums + (size_t)16 * i);

  // Output (h, w) meets (p, q) at tap (r, s) where h = p * strideY - padTop + r * dilationY, and w likewise.
  const int before = firstColumn + g.padLeft - (g.S - 1) * g.dilationX;
  const int firstQ = before > 0 ? (before + g.strideX - 1) / g.strideX : 0;
  const int count = min(g.Q, (firstColumn + columns - 1 + g.padLeft) / g.strideX + 1) - firstQ;
  for (int p = 0; p < g.P && count > 0; p++) {
    const int top = p * g.strideY - g.padTop - firstRow;
    if (top >= rows || top + (R - 1) * g.dilationY < 0) continue;
    multiply_pixels(g, s + (((size_t)entry * g.P + p) * g.Q + firstQ) * g.C, count, U, blocks, tail, products);
    for (int tap = 0; tap < g.taps; tap++) {
      const int h = top + tap / g.S * g.dilationY;
      if (h < 0 || h >= rows) continue;
      global const float *t = products + (size_t)(tap / g.tapsOfBlock) * (g.positions + TILE_SLACK) * TILE_COLUMNS +
                              tap % g.tapsOfBlock * g.width;
      const int left = firstQ * g.strideX - g.padLeft + tap % g.S * g.dilationX - firstColumn;
      const int from = left < 0 ? (-left + g.strideX - 1) / g.strideX : 0;
      const int to = left < columns ? min(count, (columns - 1 - left) / g.strideX + 1) : 0;
      global float *sum = sums + 16 * ((ptrdiff_t)h * columns + left);
#pragma unroll 4
      for (int q = from; q < to; q++) {
        global float *into = sum + (size_t)16 * q * g.strideX;
        store16(load16(into) + load16(t + (size_t)q * TILE_COLUMNS), into);
      }
    }
  }
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  const int16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (int i = 0; i < rows * columns; i++) {
    const int h = firstRow + i / columns, w = firstColumn + i % columns;
    global const float *sum = sums + (size_t)16 * i;
    float16 value = load16(sum);
    if (g.whole > 0) value = select(load16(sum - g.whole), value + load16(sum + g.whole), lanes < g.whole);
    finish(e, arrays, value, finished, ((size_t)h * g.W + w) * g.K, 0, g.K);
  }
}
