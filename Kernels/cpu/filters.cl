// Filters in the order the fast convolutions read them. Made once per layer, part and direction, never per image.
//
// A view says where w lies: the weight of output k, input c, tap (r, s) is
//   w[k * outputStride + c * inputStride + r * S + s], for the transpose (`turned`) with the taps in reverse order.
// rho(w) is taken on the way: mode 0 positive * max(w, 0) + negative * min(w, 0), 1 w * w, 2 1.
// Outputs are packed in blocks of TILE_COLUMNS, the last block in as few vectors of 16 as it needs, with zeros behind the
// last output. Grid: (inputs, vectors of outputs, groups), see each.
#include "common.h"
#include "cpu/narrow.h"
#include "cpu/tile.h"

#pragma OPENCL EXTENSION cl_khr_fp64 : enable

float weight_of(const FilterView view, const int mode, const SignPart part, global const float *w, const int k,
                const int c, const int tap) {
  if (k >= view.outputs) return 0.0f;
  const int at = view.turned ? view.R * view.S - 1 - tap : tap;
  const float weight = w[(size_t)k * view.outputStride + (size_t)c * view.inputStride + at];
  if (mode == 1) return weight * weight;
  if (mode == 2) return 1.0f;
  return part.positive * fmax(weight, 0.0f) + part.negative * fmin(weight, 0.0f);
}

// 16 neighbouring outputs' weight at one tap.
double16 weights_of(const FilterView view, const int mode, const SignPart part, global const float *w, const int k,
                    const int c, const int tap) {
  double lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = weight_of(view, mode, part, w, k + j, c, tap);
  return vload16(0, lanes);
}

// G g along one axis, for the points of winograd_transforms.h. In double, because an error here is in every image.
void winograd_points(const int M, const double16 *g, double16 *o) {
  if (M == 2) {
    o[0] = g[0];
    o[1] = 0.5 * (g[0] + g[1] + g[2]);
    o[2] = 0.5 * (g[0] - g[1] + g[2]);
    o[3] = g[2];
  } else {
    const double a = 0.625, b = 1.5, aa = a * a, bb = b * b;
    const double atZero = 1.0 / (aa * bb), atA = 1.0 / (2.0 * aa * (aa - bb)), atB = 1.0 / (2.0 * bb * (bb - aa));
    o[0] = atZero * g[0];
    o[1] = atA * (g[0] + a * g[1] + aa * g[2]);
    o[2] = atA * (g[0] - a * g[1] + aa * g[2]);
    o[3] = atB * (g[0] + b * g[1] + bb * g[2]);
    o[4] = atB * (g[0] - b * g[1] + bb * g[2]);
    o[5] = g[2];
  }
}

// U = G g G^T: [block][N*N][inputs][columns]. Grid (inputs, ceil(outputs / 16)).
kernel void pack_winograd(const FilterView view, const int M, const int mode, const SignPart part,
                          global const float *w, global float *U) {
  const int c = get_global_id(0), k = get_global_id(1) * 16, N = M + 2;
  if (c >= view.inputs || k >= view.outputs) return;
  double16 between[6][3];
  for (int s = 0; s < 3; s++) {
    double16 g[3], o[6];
    for (int r = 0; r < 3; r++) g[r] = weights_of(view, mode, part, w, k, c, r * 3 + s);
    winograd_points(M, g, o);
    for (int i = 0; i < N; i++) between[i][s] = o[i];
  }
  const int block = k / TILE_COLUMNS, columns = min(TILE_COLUMNS, (view.outputs - block * TILE_COLUMNS + 15) / 16 * 16);
  global float *u = U + (size_t)block * N * N * view.inputs * TILE_COLUMNS + k % TILE_COLUMNS;
  for (int i = 0; i < N; i++) {
    double16 o[6];
    winograd_points(M, between[i], o);
    for (int j = 0; j < N; j++)
      vstore16(convert_float16(o[j]), 0, u + ((size_t)(i * N + j) * view.inputs + c) * columns);
  }
}

// Filters of cpu/gather.cl: [group][block][tap * inputs + c][columns], for the taps in `taps` (their numbers).
// `view` is that of one group; groupStride is between the weights of two. Grid (inputs, ceil(outputs / 16), groups).
kernel void pack_gather(const FilterView view, const int groupStride, const int tapCount, global const int *taps,
                        const int mode, const SignPart part, global const float *w, global float *U) {
  const int c = get_global_id(0), k = get_global_id(1) * 16, group = get_global_id(2);
  if (c >= view.inputs || k >= view.outputs) return;
  const int block = k / TILE_COLUMNS, columns = min(TILE_COLUMNS, (view.outputs - block * TILE_COLUMNS + 15) / 16 * 16);
  const size_t depth = (size_t)tapCount * view.inputs;
  global float *u = U + group * depth * ((view.outputs + 15) / 16 * 16) + block * depth * TILE_COLUMNS + k % TILE_COLUMNS;
  for (int i = 0; i < tapCount; i++)
    for (int j = 0; j < 16; j++)
      u[((size_t)i * view.inputs + c) * columns + j] =
          weight_of(view, mode, part, w + (size_t)group * groupStride, k + j, c, taps[i]);
}

// Filters of cpu/scatter.cl: [block][inputs][TILE_COLUMNS], in a block tapsOfBlock taps side by side, `width` numbers each;
// this part's outputs at `lane` of them and on. U is all 0 before the first part. Grid (inputs, taps).
kernel void pack_scatter(const FilterView view, const int lane, const int width, const int tapsOfBlock, const int mode,
                         const SignPart part, global const float *w, global float *U) {
  const int c = get_global_id(0), tap = get_global_id(1);
  if (c >= view.inputs) return;
  const int column = tap % tapsOfBlock * width + lane;
  for (int k = 0; k < view.outputs; k++)
    U[((size_t)(tap / tapsOfBlock) * view.inputs + c) * TILE_COLUMNS + column + k] =
        weight_of(view, mode, part, w, k, c, tap);
}

// Filters of cpu/depthwise.cl: [R*S][C] from [C][R*S]. Grid (C, R*S).
kernel void pack_depthwise(const int C, const int taps, const int mode, const SignPart part, global const float *w,
                           global float *U) {
  const int c = get_global_id(0), tap = get_global_id(1);
  if (c >= C) return;
  const FilterView view = {C, 1, 1, taps, taps, 0, 0};
  U[(size_t)tap * C + c] = weight_of(view, mode, part, w, c, 0, tap);
}

// 16 neighbours of a row in units of `unit`; lanes behind the last of `count` are 0.
static double16 in_units(const double unit, const int mode, const SignPart part, global const float *w, const int count) {
  return unit * convert_double16(rho_of(mode, part, load_lanes(w, 0, count)));
}

// Rows of narrow.h from [K,F], from row `start` on. Grid (rows).
WIDE kernel void pack_narrow(const int F, const int K, const int start, const int mode, const SignPart part,
                             global const float *w, global float *U) {
  const int k = start + (int)get_global_id(0), whole = F / NARROW_ENTRIES * NARROW_ENTRIES;
  if (k >= K) return;
  w += (size_t)k * F;
  global float *row = U + (size_t)k * narrow_pitch(F), *rest = row + whole / NARROW_ENTRIES * NARROW_WORDS;
  double16 sizes = 0.0;
  for (int i = 0; i < F; i += 16) {
    const double16 size = fabs(in_units(1.0, mode, part, w + i, F - i));
    sizes = size <= sizes ? sizes : size;  // NaN is taken, and seen
  }
  double lanes[16], largest = 0.0;
  vstore16(sizes, 0, lanes);
  for (int j = 0; j < 16; j++) largest = lanes[j] <= largest ? largest : lanes[j];
  // Words of the largest stay so far below 2^31 that rounding cannot carry them there.
  const float scale = largest * (2147483648.0 / 2147483000.0);
  const double unit = scale > 0.0f ? 2147483648.0 / scale : 0.0;
  U[(size_t)K * narrow_pitch(F) + k] = isfinite(scale) ? scale : NAN;
  for (int i = 0; i < whole; i += NARROW_ENTRIES, row += NARROW_WORDS) {
    const int16 last = convert_int16_rte(in_units(unit / 256.0, mode, part, w + i + 48, 16));
    for (int v = 0; v < 3; v++) {
      const int16 low = last >> (16 - 8 * v) & 0xff;
      const double16 number = in_units(unit, mode, part, w + i + 16 * v, 16) - convert_double16(low);
      store16(as_float16(convert_int16_rte(number / 256.0) << 8 | low), row + 16 * v);
    }
  }
  for (int i = whole; i < F; i += 16)
    store_lanes(convert_float16(in_units(unit, mode, part, w + i, F - i)), rest, i - whole, F - whole);
}
