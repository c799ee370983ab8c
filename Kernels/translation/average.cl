// U_t and the sum of translation averaging: relevance of a moved copy, moved back and added to what the copies before gave.
//
//   add_shifted     sum[i][j][c] += R[i + dy][j + dx][c] where that lies inside, nothing elsewhere
//   add_deviation   mean and sum of squared deviations of r[i][j] = sum_c R[i + dy][j + dx][c]   (0 outside, if those count)
//   shifted_mean    map = sum / D
//   shifted_variance  variance = squares / n
//
// After step 4 of LRP: R is relevance at the input. R [entries][H][W][C], of which the `targets` entries from `entry` on are
// one copy's; sum, error, map [..][H][W][C] and count, mean, squares, variance [..][H][W], of which the entries from `place` on
// are its image's. D [H][W]. One launch adds one copy, so that every number sees the same operations in the same order whatever
// the batch; `isFirst` begins the sums.
// Grid add_shifted, add_deviation (H * W, targets): a pixel a work-item; shifted_mean (H * W * C, entries),
// shifted_variance (H * W, entries).
#include "common.h"

// Neumaier's sum, which common.h has for LANES numbers, of one. The first copy is taken as it is: one copy alone keeps its bits,
// those of a negative zero too.
kernel void add_shifted(const ShiftGeometry g, const int entry, const int place, const int isFirst, global const float *R,
                        global float *sum, global float *error) {
  const int pixel = get_global_id(0), target = get_global_id(1), area = g.H * g.W;
  if (pixel >= area) return;
  const int i = pixel / g.W + g.dy, j = pixel % g.W + g.dx;
  const int isInside = i >= 0 && i < g.H && j >= 0 && j < g.W;
  global const float *from = R + ((size_t)(entry + target) * area + (size_t)i * g.W + j) * g.C;
  const size_t at = ((size_t)(place + target) * area + pixel) * g.C;
  for (int c = 0; c < g.C; c++) {
    if (isFirst) {
      sum[at + c] = isInside ? from[c] : 0.0f;
      error[at + c] = -0.0f;
    } else if (isInside) {
      const float before = sum[at + c], term = from[c], after = before + term;
      error[at + c] += fabs(before) >= fabs(term) ? (before - after) + term : (term - after) + before;
      sum[at + c] = after;
    }
  }
}

// Welford's recurrence: no difference of large numbers, whatever the mean.
kernel void add_deviation(const ShiftGeometry g, const int entry, const int place, const int isFirst,
                          const int countsOutside, global const float *R, global int *count, global float *mean,
                          global float *squares) {
  const int pixel = get_global_id(0), target = get_global_id(1), area = g.H * g.W;
  if (pixel >= area) return;
  const size_t at = (size_t)(place + target) * area + pixel;
  if (isFirst) {
    count[at] = 0;
    mean[at] = 0.0f;
    squares[at] = 0.0f;
  }
  const int i = pixel / g.W + g.dy, j = pixel % g.W + g.dx;
  const int isInside = i >= 0 && i < g.H && j >= 0 && j < g.W;
  if (!isInside && !countsOutside) return;
  float r = 0.0f;
  if (isInside) {
    global const float *from = R + ((size_t)(entry + target) * area + (size_t)i * g.W + j) * g.C;
    for (int c = 0; c < g.C; c++) r += from[c];
  }
  const int n = count[at] + 1;
  const float deviation = r - mean[at], next = mean[at] + deviation / n;
  count[at] = n;
  mean[at] = next;
  squares[at] = multiply_add(deviation, r - next, squares[at]);
}

// A divisor of 1 leaves the bits alone on devices whose division rounds freely, too; 0 is a pixel that no copy covers.
kernel void shifted_mean(const int count, const int C, global const float *D, global const float *sum,
                         global const float *error, global float *map) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= count) return;
  const float divisor = D[i / C], total = sum[(size_t)m * count + i] + error[(size_t)m * count + i];
  map[(size_t)m * count + i] = divisor == 0.0f ? 0.0f : divisor == 1.0f ? total : total / divisor;
}

kernel void shifted_variance(const int area, global const int *count, global const float *squares,
                             global float *variance) {
  const int pixel = get_global_id(0), m = get_global_id(1);
  if (pixel >= area) return;
  const size_t at = (size_t)m * area + pixel;
  variance[at] = count[at] == 0 ? 0.0f : squares[at] / count[at];
}
