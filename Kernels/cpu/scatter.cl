// Transposed convolution towards few channels, as an image has them, for CPUs: every product first, then the sums.
//
//   t[p,q,tap,k] = sum_c s[p,q,c] * w[c,k,tap]
//   out[h,w,k]   = sum of t[p,q,tap,k] over the (p,q,tap) that meet (h,w)                                (step 3 of LRP)
//   R[h,w,k] (+)= sum over parts of  f_part(a[h,w,k]) * out_part[h,w,k]        of several parts of w      (step 4 of LRP)
//                 with  f(a) = positive[k] * max(a, 0) + negative[k] * min(a, 0) + always[k]
//
// With few outputs k a convolution over gathered inputs (gather.cl) uses few lanes of its vectors and copies every input
// once a tap. Here the taps stand side by side in the vectors, and the inputs are read where they lie: for VGG-16's first
// layer, with W+ and W- side by side, 54 of 64 lanes work instead of 6 of 16. A row of s is multiplied and its products
// join the rows of sums they meet while they are in the core's cache; a row of sums that nothing more meets is finished.
//
// s [entries][P,Q,C]; U packed by pack_scatter: blocks [C][TILE_COLUMNS] of tapsOfBlock taps, `width` numbers each: the K
// outputs of each part. Without factors: out [entries][H,W,K] and what the epilogue says. Else R [entries][H,W,K], a
// [images][H,W,K]. A work-item makes a rectangle of outputs from all
// of s that meets it; the terms of a sum join in the order of the rows of s and then of the taps, however the work is
// divided.
// Local memory: blocks * (positions + TILE_SLACK) * TILE_COLUMNS + openRows * columnsAtOnce * 16 + TILE_ROWS * C + taps + 48
// floats.
// Grid (ceil(H / rowsAtOnce) + TILE_IDLE_GROUPS, ceil(W / columnsAtOnce), entries) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

static inline __attribute__((always_inline)) int floor_divided(const int a, const int b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// The products of `count` pixels. The last ones are copied where a tile would read pixels behind them.
static inline __attribute__((always_inline)) void multiply_pixels(const ScatterGeometry g, global const float *pixels,
                                                                  const int count, global const float *U,
                                                                  const int blocks, global float *tail,
                                                                  global float *products) {
  const int whole = count / TILE_ROWS * TILE_ROWS, rest = (count - whole) * g.C;
  const size_t ofBlock = (size_t)(g.positions + TILE_SLACK) * TILE_COLUMNS;
  for (int i = 0; i < rest; i += 16) store16(load_lanes(pixels + (size_t)whole * g.C, i, rest), tail + i);
#pragma unroll 1
  for (int first = 0; first < count; first += TILE_ROWS) {
    for (int i = 0; i < TILE_ROWS * g.C; i += 16) EXPECT_LINE(pixels + (size_t)(first + TILE_ROWS) * g.C + i);
    global const float *inputs = first < whole ? pixels + (size_t)first * g.C : tail;
#pragma unroll 1
    for (int block = 0; block < blocks; block++)
      tiles_of(min(TILE_ROWS, count - first), TILE_VECTORS, g.C, inputs, g.C, 1, U + (size_t)block * g.C * TILE_COLUMNS, 0,
               products + block * ofBlock + (size_t)first * TILE_COLUMNS);
  }
}

// Zeros for positions outside s, so that every output meets every tap.
static inline __attribute__((always_inline)) void clear_positions(const ScatterGeometry g, const int blocks, const int from,
                                                                  const int to, global float *products) {
  for (int block = 0; block < blocks; block++)
    for (int i = from * TILE_COLUMNS; i < to * TILE_COLUMNS; i += 16)
      store16((float16)0.0f, products + (size_t)block * (g.positions + TILE_SLACK) * TILE_COLUMNS + i);
}

// Adds the products of a row of taps to the row of sums that they meet. The outputs of one phase, those with the same
// remainder by the stride, meet the same taps, neighbours at neighbouring positions.
static inline __attribute__((always_inline)) void add_products(const ScatterGeometry g, const int r, const int columns,
                                                               const int leftmost, global const float *products,
                                                               global int *offsets, global float *sums) {
  for (int phase = 0; phase < g.strideX && phase < columns; phase++) {
    int hits = 0;
    for (int s = 0; s < g.S; s++) {
      const int tap = r * g.S + s, along = leftmost + phase + (g.S - 1 - s) * g.dilationX;
      if (along % g.strideX != 0) continue;
      offsets[hits++] = (tap / g.tapsOfBlock * (g.positions + TILE_SLACK) + along / g.strideX) * TILE_COLUMNS +
                        tap % g.tapsOfBlock * g.width;
    }
    const int count = (columns - 1 - phase) / g.strideX + 1;
    int i = 0;
#pragma unroll 1
    for (; i + 4 <= count; i += 4) {
      float16 sum[4];
#pragma unroll
      for (int j = 0; j < 4; j++) sum[j] = load16(sums + (size_t)16 * (phase + (i + j) * g.strideX));
#pragma unroll 1
      for (int hit = 0; hit < hits; hit++) {
        global const float *t = products + offsets[hit] + (size_t)i * TILE_COLUMNS;
#pragma unroll
        for (int j = 0; j < 4; j++) sum[j] += load16(t + j * TILE_COLUMNS);
      }
#pragma unroll
      for (int j = 0; j < 4; j++) store16(sum[j], sums + (size_t)16 * (phase + (i + j) * g.strideX));
    }
#pragma unroll 1
    for (; i < count; i++) {
      global float *into = sums + (size_t)16 * (phase + i * g.strideX);
      float16 sum = load16(into);
      for (int hit = 0; hit < hits; hit++) sum += load16(products + offsets[hit] + (size_t)i * TILE_COLUMNS);
      store16(sum, into);
    }
  }
}

// R of a row of pixels. Vectors are stored whole where they lie in the row: what they write behind a pixel is overwritten by
// the next.
static inline __attribute__((always_inline)) void multiply_activations(const ScatterGeometry g, const int columns,
                                                                       const ChannelFactors f, global const float *a,
                                                                       const int accumulate, global const float *sums,
                                                                       global float *R) {
  const int end = columns * g.K;
  global const float *positive = SAME_MEMORY(f.positive), *negative = SAME_MEMORY(f.negative);
  global const float *always = SAME_MEMORY(f.always);
#pragma unroll 1
  for (int i = 0; i < columns; i++) {
    const int at = i * g.K;
    const float16 activation = load_lanes(a, at, end), zero = 0.0f;
    // What is no number stays none.
    const float16 above = activation < zero ? zero : activation, below = activation > zero ? zero : activation;
    float16 value = accumulate ? load_lanes(R, at, end) : zero;
#pragma unroll 1
    for (int k = 0; k < f.parts * g.K; k += g.K)
      value += (load16(positive + k) * above + load16(negative + k) * below + load16(always + k)) *
               load16(sums + 16 * i + k);
    if (!accumulate && at + 16 <= end) store16(value, R + at);
    else store_lanes(value, R, at, at + g.K);
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_scatter(
    const ScatterGeometry g, const Epilogue e, const ChannelFactors factors, global const float *s,
    global const float *U, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int piece = (int)get_global_id(0) - TILE_IDLE_GROUPS, entry = get_global_id(2);
  if (piece < 0) return;
  const int firstRow = piece * g.rowsAtOnce, rows = min(g.rowsAtOnce, g.H - firstRow);
  const int firstColumn = get_global_id(1) * g.columnsAtOnce, columns = min(g.columnsAtOnce, g.W - firstColumn);
  const int blocks = (g.taps + g.tapsOfBlock - 1) / g.tapsOfBlock, bottom = (g.taps / g.S - 1) * g.dilationY;
  const int pitch = columns * 16;
  global float *sums = SAME_MEMORY(memory), *tail = sums + (size_t)g.openRows * pitch + 16;
  global float *products = tail + TILE_ROWS * g.C + 16;
  global int *offsets =
      (global int *)(products + (size_t)blocks * (g.positions + TILE_SLACK) * TILE_COLUMNS);
  for (int i = 0; i < g.openRows * pitch + 16; i += 16) store16((float16)0.0f, sums + i);

  // Output (h, w) meets (p, q) at tap (r, s) where h = p * strideY - padTop + r * dilationY, and w likewise. Positions are
  // counted from `start`, the first q of the piece, which may lie outside s.
  const int before = firstColumn + g.padLeft - (g.S - 1) * g.dilationX, start = -floor_divided(-before, g.strideX);
  const int positions = floor_divided(firstColumn + columns - 1 + g.padLeft, g.strideX) - start + 1;
  const int firstQ = clamp(start, 0, g.Q), count = clamp(start + positions, firstQ, g.Q) - firstQ;
  clear_positions(g, blocks, 0, min(firstQ - start, positions), products);
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  int done = 0;
  for (int p = max(0, -floor_divided(bottom - firstRow - g.padTop, g.strideY));; p++) {
    const int top = p * g.strideY - g.padTop - firstRow, last = p >= g.P || top >= rows;
    for (const int to = last ? rows : top; done < to; done++) {
      global float *row = sums + (size_t)(done % g.openRows) * pitch;
      const size_t first = ((size_t)(firstRow + done) * g.W + firstColumn) * g.K;
      if (factors.parts > 0)
        multiply_activations(g, columns, factors, arrays.activation + finished.image + first, e.accumulate, row,
                             arrays.target + finished.own + first);
      else
#pragma unroll 1
        for (int i = 0; i < columns; i++)
          finish(e, arrays, load16(row + 16 * i), finished, first + (size_t)i * g.K, 0, g.K);
      for (int i = 0; i < pitch; i += 16) store16((float16)0.0f, row + i);
    }
    if (last) break;
    multiply_pixels(g, s + (((size_t)entry * g.P + p) * g.Q + firstQ) * g.C, count, U, blocks, tail,
                    products + (size_t)(firstQ - start) * TILE_COLUMNS);
    clear_positions(g, blocks, max(firstQ - start + count, 0), positions, products);
    for (int r = 0; r * g.S < g.taps; r++) {
      const int h = top + r * g.dilationY;
      if (h < 0 || h >= rows) continue;
      add_products(g, r, columns, before - start * g.strideX, products, offsets, sums + (size_t)(h % g.openRows) * pitch);
    }
  }
}
