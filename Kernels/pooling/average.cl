// Means over rectangular cells of each channel: average, adaptive and global pooling, and max pooling treated as average
// pooling in the backward pass.
//
//   apply      z[c,p,q] (+)= coefficient * 1/n(p,q) * sum over the cell of part(x)
//   transpose  r[c,h,w]  =  sum of s[c,p,q] / n(p,q) over the cells that hold (h, w)
//
// apply is the forward pass and step 1 of LRP, transpose is step 3. `cells` describes the grid, axis by axis:
//   rowBegin[P] rowEnd[P] rowCount[P]  columnBegin[Q] columnEnd[Q] columnCount[Q]
//   rowFirst[H] rowLast[H]  columnFirst[W] columnLast[W]
// cell p covers rows rowBegin[p] ... rowEnd[p] - 1, n(p,q) = rowCount[p] * columnCount[q] (more than the cell's pixels
// where padding counts); row h lies in cells rowFirst[h] ... rowLast[h] - 1.
// x [N][C,H,W] with xStride elements an image (0: one for the whole batch), z [N][C,P,Q]; s [M][C,P,Q], r [M][C,H,W].
// Grid: apply (P*Q, C, N), transpose (H*W, C, M), any work-group.
#include "common.h"

kernel void average_apply(const CellGeometry g, global const int *cells, global const float *x, const int xStride,
                          const SignPart part, const float coefficient, const int accumulate, global float *z) {
  const int position = get_global_id(0), c = get_global_id(1), n = get_global_id(2);
  if (position >= g.P * g.Q) return;
  const int p = position / g.Q, q = position % g.Q;
  global const int *columns = cells + 3 * g.P;
  global const float *plane = x + (size_t)n * xStride + (size_t)c * g.H * g.W;

  float sum = 0.0f;
  for (int h = cells[p]; h < cells[g.P + p]; h++) {
    float row = 0.0f;
    for (int w = columns[q]; w < columns[g.Q + q]; w++) row += powered_part_of(part, plane[h * g.W + w]);
    sum += row;
  }
  const int count = cells[2 * g.P + p] * columns[2 * g.Q + q];
  const size_t index = ((size_t)n * g.C + c) * g.P * g.Q + position;
  z[index] = (accumulate ? z[index] : 0.0f) + coefficient * (sum / count);
}

kernel void average_transpose(const CellGeometry g, global const int *cells, global const float *s, global float *r) {
  const int position = get_global_id(0), c = get_global_id(1), m = get_global_id(2);
  if (position >= g.H * g.W) return;
  const int h = position / g.W, w = position % g.W;
  global const int *columns = cells + 3 * g.P, *rowFirst = columns + 3 * g.Q;
  global const int *columnFirst = rowFirst + 2 * g.H;
  global const float *plane = s + ((size_t)m * g.C + c) * g.P * g.Q;

  float sum = 0.0f;
  for (int p = rowFirst[h]; p < rowFirst[g.H + h]; p++)
    for (int q = columnFirst[w]; q < columnFirst[g.W + w]; q++)
      sum += plane[p * g.Q + q] / (cells[2 * g.P + p] * columns[2 * g.Q + q]);
  r[((size_t)m * g.C + c) * g.H * g.W + position] = sum;
}
