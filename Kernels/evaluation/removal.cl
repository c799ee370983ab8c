// Images with units removed, straight into the network's input, and what the network says of them.
//
//   removed_images  out[n][p] = r[i][p] where the unit of pixel p has gone by step k, else x[i][p]
//                   pair n = first + n', entry m = pair / (K + 1), step k = pair % (K + 1), image i = images[m];
//                   a unit has gone if ranks[m][p] < k * unitsPerStep
//   remove_unit     one more step: where pixel p belongs to unit sequence[m][k - 1] of entry m, out[m][p] = r[i][p];
//                   units[m] = (row, column) of the unit, counted in units
//   target_scores   curve[pair] = (z_c, sum over c' != c of exp(z_c' - z_c)): probability p_c = 1 / (1 + the sum), exact to
//                   the last bits near 0 and 1; pair = first + n * stride, entry m = pair / (K + 1), c = targets[m]
//
// x, r [I][area][C], channels last; ranks [M][area]; sequence [M][K]; images, targets [M]; out [N][area][C]; z [N][classes];
// curve [M * (K + 1)] of float2; units [M][2]. edge: pixels along a unit's side, across: units along the image's width.
// Grid: removed_images (area, N), remove_unit (edge * edge, M), target_scores (N), any work-group.
#include "common.h"

kernel void removed_images(const int area, const int C, const int steps, const int unitsPerStep, const int first,
                           global const float *x, global const float *r, global const int *images,
                           global const int *ranks, global float *out) {
  const int pixel = get_global_id(0), n = get_global_id(1);
  if (pixel >= area) return;
  const int pair = first + n, m = pair / (steps + 1), k = pair % (steps + 1);
  const size_t from = ((size_t)images[m] * area + pixel) * C, to = ((size_t)n * area + pixel) * C;
  const int gone = ranks[(size_t)m * area + pixel] < k * unitsPerStep;
  for (int c = 0; c < C; c++) out[to + c] = gone ? r[from + c] : x[from + c];
}

kernel void remove_unit(const int height, const int width, const int C, const int edge, const int across,
                        const int steps, const int step, global const float *r, global const int *images,
                        global const int *sequence, global int *units, global float *out) {
  const int place = get_global_id(0), m = get_global_id(1);
  if (place >= edge * edge) return;
  const int unit = sequence[(size_t)m * steps + step - 1];
  const int top = unit / across * edge, left = unit % across * edge;
  if (place == 0) {
    units[2 * m] = unit / across;
    units[2 * m + 1] = unit % across;
  }
  const int row = top + place / edge, column = left + place % edge;
  if (row >= height || column >= width) return;
  const size_t pixel = (size_t)row * width + column, area = (size_t)height * width;
  for (int c = 0; c < C; c++) out[(m * area + pixel) * C + c] = r[(images[m] * area + pixel) * C + c];
}

kernel void target_scores(const int entries, const int classes, const int steps, const int first, const int stride,
                          global const float *z, global const int *targets, global float2 *curve) {
  const int n = get_global_id(0);
  if (n >= entries) return;
  const int pair = first + n * stride, c = targets[pair / (steps + 1)];
  global const float *scores = z + (size_t)n * classes;
  float others = 0.0f, error = 0.0f;
  for (int k = 0; k < classes; k++) {
    if (k == c) continue;
    const float term = exp(scores[k] - scores[c]), next = others + term;
    error += others >= term ? (others - next) + term : (term - next) + others;
    others = next;
  }
  curve[pair] = (float2)(scores[c], others < INFINITY ? others + error : others);
}
