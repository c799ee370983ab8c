// Means over cells of each channel (pooling/average.cl) with the epilogue, for CPUs: steps 4 and 2 of LRP without a trip
// through memory where a max pooling is treated as an average.
//
//   apply      z[p,q,c] = 1/n(p,q) * sum over the cell of part(x), and the epilogue
//   transpose  c[h,w,c] = sum of s[p,q,c] / n(p,q) over the cells that hold (h, w), and the epilogue
//
// `cells` as in pooling/average.cl; x [entries][H,W,C] with xStride elements an entry, s [entries][P,Q,C].
// Grid: apply (P, entries), transpose (H, entries) in groups of 1: a row of outputs a work-item.
#include "epilogue.h"
#include "cpu/tile.h"

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void average_apply_finished(
    const CellGeometry g, global const int *cells, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *bias, global const float *activation, global const float *relevance,
    global const float *denominator, global const float *gate, global const float *statistics, global float *kept,
    global float *target) {
  const EpilogueArrays arrays = {bias, activation, relevance, denominator, gate, statistics, kept, target};
  const int p = get_global_id(0), entry = get_global_id(1);
  global const int *columns = cells + 3 * g.P;
  global const float *image = x + (size_t)entry * xStride;
  const int plain = part.positive == 1.0f && part.negative == 1.0f && part.power == 1.0f;
  for (int q = 0; q < g.Q; q++) {
    const float count = cells[2 * g.P + p] * columns[2 * g.Q + q];
    for (int c = 0; c < g.C; c += 16) {
      float16 sum = 0.0f;
      for (int h = cells[p]; h < cells[g.P + p]; h++) {
        float16 row = 0.0f;
        for (int w = columns[q]; w < columns[g.Q + q]; w++) {
          const float16 a = load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C);
          row += plain ? a : powered_part_of(part, a);
        }
        sum += row;
      }
      finish(e, arrays, sum / count, entry, ((size_t)p * g.Q + q) * g.C + c, c, g.C);
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void average_transpose_finished(
    const CellGeometry g, global const int *cells, const Epilogue e, global const float *s, global const float *bias,
    global const float *activation, global const float *relevance, global const float *denominator,
    global const float *gate, global const float *statistics, global float *kept, global float *target) {
  const EpilogueArrays arrays = {bias, activation, relevance, denominator, gate, statistics, kept, target};
  const int h = get_global_id(0), entry = get_global_id(1);
  global const int *columns = cells + 3 * g.P, *rowFirst = columns + 3 * g.Q;
  global const int *columnFirst = rowFirst + 2 * g.H;
  global const float *from = s + (size_t)entry * g.P * g.Q * g.C;
  const int usual = is_run(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0);
  for (int w = 0; w < g.W; w++)
    for (int c = 0; c < g.C; c += 16) {
      float16 sum = 0.0f;
      for (int p = rowFirst[h]; p < rowFirst[g.H + h]; p++)
        for (int q = columnFirst[w]; q < columnFirst[g.W + w]; q++)
          sum += load_lanes(from + ((size_t)p * g.Q + q) * g.C, c, g.C) /
                 (float)(cells[2 * g.P + p] * columns[2 * g.Q + q]);
      const size_t index = ((size_t)h * g.W + w) * g.C + c;
      if (usual)
        finish(run_of(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0), arrays, sum, entry, index, c, g.C);
      else
        finish(e, arrays, sum, entry, index, c, g.C);
    }
}
