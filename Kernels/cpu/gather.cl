// Convolution of any shape, in either direction, as a matrix product over gathered inputs, for CPUs.
//
//   out[o(i,j), k] = sum over taps and c of  x[(i,j) * stepIn + offset(tap), c] * w[tap, c, k],  outside the image x = 0
//
// Forward (step 1 of LRP): stepIn is the stride, o(i,j) = (i,j), every filter element is a tap. Transposed (step 3): the
// outputs o(i,j) = phase + stride * (i,j) of one phase meet only the taps that hit, stepIn is 1; one launch a phase, so that
// a stride multiplies nothing by zero.
// A work-item gathers the inputs of a few positions into rows [taps * C], a part of `depthAtOnce` numbers at a time, and
// multiplies them with all filters of its group: sums of parts first, then their sum, which keeps the error small.
//
// x [entries][H,W,groups*C] with xStride elements an entry (0: one for the whole batch), outputs [entries][P,Q,groups*K];
// U packed by pack_gather [group][block][taps*C][columns]; taps: (y, x) offsets of the phase's taps.
// Local memory: rowsAtOnce * pitch + rowsAtOnce * (K rounded up to TILE_COLUMNS) floats.
// Grid (blocks + TILE_IDLE_GROUPS, groups) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// Numbers from .. from + depth - 1 of the row of one position. Neighbouring channels of a tap lie together, and where the
// taps of a filter's row are neighbours in the image (g.run of them), so do their channels: they are copied at once.
static inline __attribute__((always_inline)) void gather_row(const GatherGeometry g, global const int *taps,
                                                             global const float *image, const int y, const int x,
                                                             const SignPart part, const int from,
                                                             const int depth, global float *row) {
  const size_t end = (size_t)g.H * g.W * g.channels;
  // Vectors are stored whole: what they write behind a tap is overwritten by the next, behind the last row by nothing.
#pragma unroll 1
  for (int tap = from / g.C, c = from % g.C, i = 0; i < depth;) {
    const int h = y * g.stepInY + taps[2 * tap], w = x * g.stepInX + taps[2 * tap + 1];
    const int run = c == 0 && tap % g.run == 0 && w >= 0 && w + g.run <= g.W ? g.run : 1;
    const int count = min(run * g.C - c, depth - i);
    const int inside = h >= 0 && h < g.H && w >= 0 && w < g.W;
    const size_t at = ((size_t)h * g.W + w) * g.channels + c;
#pragma unroll 1
    for (int j = 0; j < count; j += 16) {
      const float16 value = inside ? load_lanes(image, at + j, end) : (float16)0.0f;
      store16(part_of(part, value), row + i + j);
    }
    i += count;
    c += count;
    tap += c / g.C;
    c %= g.C;
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_gather(
    const GatherGeometry g, const Epilogue e, global const int *taps, global const float *x, const int xStride,
    const SignPart part, global const float *U, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int block = (int)get_global_id(0) - TILE_IDLE_GROUPS, group = get_global_id(1);
  if (block < 0) return;
  const int first = block * g.rowsAtOnce, rows = min(g.rowsAtOnce, g.positions - first);
  const int depth = g.taps * g.C, blocks = (g.K + TILE_COLUMNS - 1) / TILE_COLUMNS, area = g.phaseP * g.phaseQ;
  global float *inputs = SAME_MEMORY(memory), *sums = inputs + (size_t)g.rowsOfMemory * g.pitch;
  global const float *filters = U + (size_t)group * depth * ((g.K + 15) / 16 * 16);

  int from = 0;
  do {
    const int part_depth = min(g.depthAtOnce, depth - from);
#pragma unroll 1
    for (int i = 0; i < rows; i++) {
      const int position = first + i, entry = position / area, place = position % area;
      gather_row(g, taps, x + (size_t)entry * xStride + group * g.C, place / g.phaseQ, place % g.phaseQ, part, from,
                 part_depth, inputs + (size_t)i * g.pitch);
    }
#pragma unroll 1
    for (int k = 0; k < g.K; k += TILE_COLUMNS) {
      const int vectors = min(TILE_VECTORS, (g.K - k + 15) / 16), isLast = k + TILE_COLUMNS >= g.K;
      global const float *b = filters + (size_t)k * depth + (size_t)from * 16 * vectors;
      global const float *next = isLast ? filters + (size_t)(from + part_depth) * TILE_COLUMNS : b + (size_t)TILE_COLUMNS * depth;
      tiles_before(rows, vectors, part_depth, inputs, g.pitch, 0, b, from > 0, sums + (size_t)k * g.rowsOfMemory, next,
                   asked_ahead(rows, 16 * vectors * part_depth));
    }
    from += part_depth;
  } while (from < depth);

#pragma unroll 1
  for (int i = 0; i < rows; i++) {
    const int position = first + i, entry = position / area, place = position % area;
    const int p = g.phaseY + place / g.phaseQ * g.stepOutY, q = g.phaseX + place % g.phaseQ * g.stepOutX;
    const FinishedEntry finished = finished_entry(e, arrays, entry);
    const size_t pixel = ((size_t)p * g.Q + q) * g.outputs;
#pragma unroll 1
    for (int k = 0; k < g.K; k += 16) {
      const int block_k = k / TILE_COLUMNS * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - block_k + 15) / 16);
      const float16 sum =
          load16(sums + (size_t)block_k * g.rowsOfMemory + (size_t)i * 16 * vectors + (k - block_k));
      const int channel = group * g.K + k;
      finish(e, arrays, sum, finished, pixel + channel, channel, group * g.K + g.K);
    }
  }
}
