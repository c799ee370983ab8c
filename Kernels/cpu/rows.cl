// Convolution of few channels, forward, for CPUs: what cpu/gather.cl computes, without gathering.
//
//   z[p,q,k] = sum over r of ( sum over s, c of x[p * strideY - padTop + r * dilationY, q * strideX - padLeft + s, c]
//                                               * w[r,s,c,k] ),   outside the image x = 0
//
// What it changes: with channels last, what a row of a filter reads is one run of S * C numbers, and that of the next position
// begins strideX * C numbers on. The register tile reads such runs from a padded copy of the image's rows as they lie; gathering
// would copy every number R * S times, in pieces of a few. A work-item makes `rowsAtOnce` rows of one entry's output.
//
// x [entries][H,W,C] with xStride elements an entry (0: one for the whole batch), outputs [entries][P,Q,K], one group,
// dilationX 1; U packed by pack_gather [block][R*S*C][columns].
// Local memory: copied rows * pitch + (Q rounded up to TILE_ROWS) * TILE_COLUMNS floats; pitch: elements of a padded row, with
// room for the positions that a tile computes too many.
// Grid (blocks of rows * entries + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_rows(
    const ConvolutionGeometry g, const Epilogue e, const int rowsAtOnce, const int pitch, global const float *x,
    const int xStride, const SignPart part, global const float *U, local float *memory, global const float *bias,
    global const float *activation, global const float *relevance, global const float *denominator,
    global const float *gate, global const float *statistics, global float *kept, global float *target) {
  const EpilogueArrays arrays = {bias, activation, relevance, denominator, gate, statistics, kept, target};
  const int work = (int)get_global_id(0) - TILE_IDLE_GROUPS, blocks = (g.P + rowsAtOnce - 1) / rowsAtOnce;
  if (work < 0) return;
  const int entry = work / blocks, first = work % blocks * rowsAtOnce, rows = min(rowsAtOnce, g.P - first);
  const int copied = (rowsAtOnce - 1) * g.strideY + (g.R - 1) * g.dilationY + 1;
  global float *lines = SAME_MEMORY(memory), *sums = lines + (size_t)copied * pitch;
  global const float *image = x + (size_t)entry * xStride;
  const int top = first * g.strideY - g.padTop, plain = part.positive == 1.0f && part.negative == 1.0f;
  const int width = min(g.W * g.C, pitch - g.padLeft * g.C);

#pragma unroll 1
  for (int i = 0; i < (rows - 1) * g.strideY + (g.R - 1) * g.dilationY + 1; i++) {
    global float *line = lines + (size_t)i * pitch;
    const int h = top + i, inside = h >= 0 && h < g.H;
    const size_t from = inside ? (size_t)h * g.W * g.C : 0;
    for (int j = 0; j < g.padLeft * g.C; j++) line[j] = 0.0f;
#pragma unroll 1
    for (int j = 0; j < width; j += 16) {
      float16 value = inside ? load_lanes(image + from, j, width) : (float16)0.0f;
      if (!plain) value = part_of(part, value);
      store_lanes(value, line + g.padLeft * g.C, j, width);
    }
    for (int j = g.padLeft * g.C + width; j < pitch; j++) line[j] = 0.0f;
  }

  const int run = g.S * g.C, depth = g.R * run;
#pragma unroll 1
  for (int i = 0; i < rows; i++)
#pragma unroll 1
    for (int k0 = 0; k0 < g.K; k0 += TILE_COLUMNS) {
      const int vectors = min(TILE_VECTORS, (g.K - k0 + 15) / 16), columns = 16 * vectors;
#pragma unroll 1
      for (int r = 0; r < g.R; r++)
        tiles_of(g.Q, vectors, run, lines + (size_t)(i * g.strideY + r * g.dilationY) * pitch, g.strideX * g.C,
                 U + (size_t)k0 * depth + (size_t)r * run * columns, r > 0, sums);
      const size_t row = (size_t)(first + i) * g.Q;
#pragma unroll 1
      for (int q = 0; q < g.Q; q++)
#pragma unroll 1
        for (int j = 0; j < vectors; j++) {
          const int k = k0 + 16 * j;
          const float16 sum = load16(sums + (size_t)q * columns + 16 * j);
          if (is_forward(e)) finish(forward_epilogue(e), arrays, sum, entry, (row + q) * g.K + k, k, g.K);
          else finish(e, arrays, sum, entry, (row + q) * g.K + k, k, g.K);
        }
    }
}
