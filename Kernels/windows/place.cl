// Relevance of windows added to the map they were cut from, in the order of the windows.
//
//   sum[y, x]  += sum_c R[s][y - y_s, x - x_s, c]      for s = 0, 1 ... whose window contains (y, x)
//   coverage[y, x] += 1
//
// The windows of one launch lie in one row of the grid: the same y_s, x_s not falling. A pixel's own work-item adds
// what falls on it, window by window, so that its sum has one order however windows are batched. With planes = C the
// channels are not summed: sum[y, x, c] += R[s][.., c].
//
// R [slots][H,W,C] of a batch; kept [slots][H,W,C], relevance of windows that are used again: slot s lies there from
// keptFrom on. places [count] (x_s in columns of the map, may be negative; slot). sum [ringRows,columns,planes] and
// coverage [ringRows,columns] hold the rows of the map in work: row y lies at y mod ringRows. Touched are rows top, top + 1 ...
// and columns left, left + 1 ..., all of the map.
// Grid (touched columns, touched rows), any work-group.
#include "geometry.h"

kernel void add_windows(const PlaceGeometry g, const int touched, global const int2 *places, global const float *R,
                        global const float *kept, global float *sum, global int *coverage) {
  const int j = get_global_id(0);
  if (j >= touched) return;
  const int row = g.top + get_global_id(1), column = g.left + j;
  // The first window that ends behind the column: corners do not fall.
  int first = 0, end = g.count;
  while (first < end) {
    const int middle = (first + end) / 2;
    if (places[middle].x + g.W > column) end = middle;
    else first = middle + 1;
  }
  const size_t pixel = (size_t)(row % g.ringRows) * g.columns + column;
  const size_t entry = (size_t)g.H * g.W * g.C;
  int covered = 0;
  for (int s = first; s < g.count && places[s].x <= column; s++, covered++) {
    const int slot = places[s].y;
    global const float *window = slot < g.keptFrom ? R + slot * entry : kept + (slot - g.keptFrom) * entry;
    global const float *numbers = window + ((size_t)(row - g.y) * g.W + column - places[s].x) * g.C;
    if (g.planes == 1) {
      float total = 0.0f;
      for (int c = 0; c < g.C; c++) total += numbers[c];
      sum[pixel] += total;
    } else {
      for (int c = 0; c < g.C; c++) sum[pixel * g.C + c] += numbers[c];
    }
  }
  coverage[pixel] += covered;
}

// Finished rows leave the ring: planes [planes + 1][rows,columns], the last one the coverage; with isMean relevance over
// coverage, 0 where there is none. The rows are 0 afterwards.
// Grid (columns, rows), any work-group.
kernel void take_rows(const int planes, const int columns, const int rows, const int ringRows, const int first,
                      const int isMean, global float *sum, global int *coverage, global float *result) {
  const int column = get_global_id(0), row = get_global_id(1);
  if (column >= columns) return;
  const size_t pixel = (size_t)((first + row) % ringRows) * columns + column;
  const size_t target = (size_t)row * columns + column, plane = (size_t)rows * columns;
  const int covered = coverage[pixel];
  for (int p = 0; p < planes; p++) {
    const float value = sum[pixel * planes + p];
    result[p * plane + target] = isMean ? (covered > 0 ? value / covered : 0.0f) : value;
    sum[pixel * planes + p] = 0.0f;
  }
  result[planes * plane + target] = covered;
  coverage[pixel] = 0;
}

// All rows of the ring [pixels,planes] become 0. Grid (pixels).
kernel void clear_map(const int planes, const int pixels, global float *sum, global int *coverage) {
  const int i = get_global_id(0);
  if (i >= pixels) return;
  for (int p = 0; p < planes; p++) sum[(size_t)i * planes + p] = 0.0f;
  coverage[i] = 0;
}

// A window's relevance, kept for others: kept[to] = R[from], both [slots][count]. Grid (count).
kernel void keep_window(const int count, const int from, const int to, global const float *R, global float *kept) {
  const int i = get_global_id(0);
  if (i < count) kept[(size_t)to * count + i] = R[(size_t)from * count + i];
}

// Relevance of every row of a window, on the map and beyond its border, where the image is padded:
//
//   sums[n][i] = (sum of R[n][i, j, c] over j < inside_n.x, the rest of the row)    for i < inside_n.y, else (0, all)
//
// R [N][H,W,C], inside [N] (columns, rows that lie on the map), sums [N][H]; Neumaier's sums. Grid (H, N).
kernel void window_rows(const int C, const int H, const int W, global const float *R, global const int2 *inside,
                        global float2 *sums) {
  const int i = get_global_id(0), n = get_global_id(1);
  if (i >= H) return;
  global const float *numbers = R + ((size_t)n * H + i) * W * C;
  const int border = (i < inside[n].y ? inside[n].x : 0) * C;
  float total[2] = {0.0f, 0.0f}, error[2] = {0.0f, 0.0f};
  for (int k = 0; k < W * C; k++) {
    const int side = k < border ? 0 : 1;
    const float next = total[side] + numbers[k];
    error[side] += fabs(total[side]) >= fabs(numbers[k]) ? (total[side] - next) + numbers[k] : (numbers[k] - next) + total[side];
    total[side] = next;
  }
  sums[(size_t)n * H + i] = (float2)(total[0] + error[0], total[1] + error[1]);
}
