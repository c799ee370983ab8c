// Means over rectangular cells of each channel: average, adaptive and global pooling, and max pooling treated as average
// pooling in the backward pass.
//
//   apply      z[p,q,c] (+)= coefficient * 1/n(p,q) * sum over the cell of part(x)
//   transpose  r[h,w,c]  =  sum of s[p,q,c] / n(p,q) over the cells that hold (h, w)
//
// apply is the forward pass and step 1 of LRP, transpose is step 3. `cells` describes the grid, axis by axis:
//   rowBegin[P] rowEnd[P] rowCount[P]  columnBegin[Q] columnEnd[Q] columnCount[Q]
//   rowFirst[H] rowLast[H]  columnFirst[W] columnLast[W]
// cell p covers rows rowBegin[p] ... rowEnd[p] - 1, n(p,q) = rowCount[p] * columnCount[q] (more than the cell's pixels
// where padding counts); row h lies in cells rowFirst[h] ... rowLast[h] - 1.
// x [N][H,W,C] with xStride elements an image (0: one for the whole batch), z [N][P,Q,C]; s [M][P,Q,C], r [M][H,W,C].
// Grid: apply (ceil(C / LANES), P*Q, N), transpose (ceil(C / LANES), H*W, M), any work-group.
#include "common.h"

kernel void average_apply(const CellGeometry g, global const int *cells, global const float *x, const int xStride,
                          const SignPart part, const float coefficient, const int accumulate, global float *z) {
  const int c = get_global_id(0) * LANES, position = get_global_id(1), n = get_global_id(2);
  if (c >= g.C) return;
  const int p = position / g.Q, q = position % g.Q;
  global const int *columns = cells + 3 * g.P;
  global const float *image = x + (size_t)n * xStride;

  real sum = 0.0f;
  for (int h = cells[p]; h < cells[g.P + p]; h++) {
    real row = 0.0f;
    for (int w = columns[q]; w < columns[g.Q + q]; w++)
      row += powered_part_of(part, load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C));
    sum += row;
  }
  const float count = cells[2 * g.P + p] * columns[2 * g.Q + q];
  global float *target = z + ((size_t)n * g.P * g.Q + position) * g.C;
  const real before = accumulate ? load_lanes(target, c, g.C) : (real)0.0f;
  store_lanes(before + coefficient * (sum / count), target, c, g.C);
}

kernel void average_transpose(const CellGeometry g, global const int *cells, global const float *s, global float *r) {
  const int c = get_global_id(0) * LANES, position = get_global_id(1), m = get_global_id(2);
  if (c >= g.C) return;
  const int h = position / g.W, w = position % g.W;
  global const int *columns = cells + 3 * g.P, *rowFirst = columns + 3 * g.Q;
  global const int *columnFirst = rowFirst + 2 * g.H;
  global const float *entry = s + (size_t)m * g.P * g.Q * g.C;

  real sum = 0.0f;
  for (int p = rowFirst[h]; p < rowFirst[g.H + h]; p++)
    for (int q = columnFirst[w]; q < columnFirst[g.W + w]; q++)
      sum += load_lanes(entry + ((size_t)p * g.Q + q) * g.C, c, g.C) / (float)(cells[2 * g.P + p] * columns[2 * g.Q + q]);
  store_lanes(sum, r + ((size_t)m * g.H * g.W + position) * g.C, c, g.C);
}
