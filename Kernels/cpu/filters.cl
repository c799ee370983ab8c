// Filters in the order the fast convolutions read them. Made once per layer, part and direction, never per image.
//
// A view says where w lies: the weight of output k, input c, tap (r, s) is
//   w[k * outputStride + c * inputStride + r * S + s], for the transpose (`turned`) with the taps in reverse order.
// rho(w) is taken on the way: mode 0 positive * max(w, 0) + negative * min(w, 0), 1 w * w, 2 1.
// Outputs are packed in blocks of TILE_COLUMNS, the last block in as few vectors of 16 as it needs, with zeros behind the
// last output. Grid: (inputs, vectors of outputs, groups), see each.
#include "common.h"
#include "cpu/dense.h"
#include "cpu/tile.h"

#pragma OPENCL EXTENSION cl_khr_fp64 : enable

float weight_of(const FilterView view, const int mode, const SignPart part, global const float *w, const int k,
                const int c, const int tap) {
  if (k >= view.outputs) return 0.0f;
  const int at = view.turned ? view.R * view.S - 1 - tap : tap;
  const float weight = w[(size_t)k * view.outputStride + (size_t)c * view.inputStride + at];
  return mode == 0 ? part_of(part, weight) : mode == 1 ? weight * weight : 1.0f;
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

// Filters of a phase of cpu/gather.cl: [bundle][block][tap * inputs + c][columns], for some taps, whose numbers are given, from
// number `start` of U on. A bundle is
// `together` of the `groups` groups, with zeros between them and behind the last. `view` is that of one group; groupStride is
// between the weights of two. Grid (inputs, ceil(outputs / 16), bundles), both of a bundle.
kernel void pack_gather(const FilterView view, const int groups, const int together, const int groupStride,
                        const int tapCount, global const int *taps, const int mode, const SignPart part,
                        global const float *w, const int start, global float *U) {
  const int c = get_global_id(0), k = get_global_id(1) * 16, bundle = get_global_id(2);
  const int inputs = together * view.inputs, outputs = together * view.outputs;
  if (c >= inputs || k >= outputs) return;
  const int block = k / TILE_COLUMNS, columns = min(TILE_COLUMNS, (outputs - block * TILE_COLUMNS + 15) / 16 * 16);
  const size_t depth = (size_t)tapCount * inputs;
  global float *u = U + start + bundle * depth * ((outputs + 15) / 16 * 16) + block * depth * TILE_COLUMNS + k % TILE_COLUMNS;
  const int own = c / view.inputs, group = bundle * together + own;
  for (int i = 0; i < tapCount; i++) {
    for (int j = 0; j < 16; j++) {
      const int output = k + j - own * view.outputs;
      const int meets = group < groups && output >= 0 && output < view.outputs;
      u[((size_t)i * inputs + c) * columns + j] =
          meets ? weight_of(view, mode, part, w + (size_t)group * groupStride, output, c % view.inputs, taps[i]) : 0.0f;
    }
  }
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

// Rows i to i + 15 of a dense layer's weights from [K,F], numbers k to k + 15 of each: lanes[16 * number + row]. Zeros behind the last.
static void dense_block(const int F, const int K, const int i, const int k, global const float *w, private float *lanes) {
  for (int j = 0; j < 16; j++)
    vstore16(k + j < K ? load_lanes(w + (size_t)(k + j) * F, i, F) : (float16)0.0f, j, lanes);
}

// The same numbers of one row.
static float16 numbers_of_row(private const float *lanes, const int row) {
  float numbers[16];
  for (int j = 0; j < 16; j++) numbers[j] = lanes[16 * j + row];
  return vload16(0, numbers);
}

// Weights of dense.h from [K,F], outputs from `start` on. Grid (ceil(F / 16), outputs / 64).
WIDE kernel void pack_dense(const int F, const int K, const int start, global const float *w, global float *U) {
  const int i = (int)get_global_id(0) * 16, first = start + (int)get_global_id(1) * 64, length = dense_length(K);
  for (int k = first; k < min(first + 64, length); k += 16) {
    float lanes[256];
    dense_block(F, K, i, k, w, lanes);
    for (int row = 0; row < min(16, F - i); row++) store16(numbers_of_row(lanes, row), U + (size_t)(i + row) * dense_pitch(K) + k);
  }
}
