// Direct convolution of stride 1 for CPUs: the plain form (naive.cl) in registers.
//
//   z[k,p,q] (+)= coefficient * (b[k] + sum_{c,r,s} x'[c, p + r*dilationY, q + s*dilationX] * w[k,c,r,s])
//
// with x' the input copied into a zero border, so that the loops have no conditions. It serves convolution (step 1) and
// its transpose (step 3): that is the convolution of s with the filters turned round and their two channel axes swapped,
// which `outputStride`, `inputStride` and `turned` say without moving a weight.
//
// A work-item makes DIRECT_FILTERS outputs of 32 neighbouring positions: 16 accumulators of 16 lanes, 16 multiply-adds for
// 2 vector loads and 8 broadcasts. Positions are counted along the bordered rows (pitch), so that narrow images fill the
// vectors too; positions that lie in the border are computed and not stored.
// Gain over naive.cl on a CPU with AVX-512: see Documentation/Performance.md.
//
// bordered [N][inputs][P + (R-1)*dilationY][pitch], pitch = Q + (S-1)*dilationX, with 64 elements of slack at the end;
// w as the network has it; b [outputs] (biasMode 1), [outputs,P,Q] (2) or unread (0); z [N][outputs][P*Q].
// Grid: border (rows * pitch, inputs, N); direct (ceil(P * pitch / 32), ceil(outputs / DIRECT_FILTERS), N) in groups of 1.
#include "common.h"

#ifndef DIRECT_FILTERS
#define DIRECT_FILTERS 8  // filters a work-item
#endif
#ifndef DIRECT_BLOCK
#define DIRECT_BLOCK 16  // input channels summed before they join the total
#endif

kernel void convolution_border(const DirectGeometry g, const int height, const int width, const int padTop,
                               const int padLeft, global const float *x, const int xStride, const SignPart part,
                               global float *bordered) {
  const int i = get_global_id(0), c = get_global_id(1), n = get_global_id(2);
  const int plane = (g.P + (g.R - 1) * g.dilationY) * g.pitch;
  if (i >= plane) return;
  const int h = i / g.pitch - padTop, w = i % g.pitch - padLeft;
  const int inside = h >= 0 && h < height && w >= 0 && w < width;
  bordered[((size_t)n * g.inputs + c) * plane + i] =
      inside ? part_of(part, x[(size_t)n * xStride + ((size_t)c * height + h) * width + w]) : 0.0f;
}

#ifdef __clang__
__attribute__((min_vector_width(512)))
#endif
kernel void convolution_direct(const DirectGeometry g, global const float *bordered, global const float *w,
                               global const float *b, const int biasMode, const float coefficient,
                               const int accumulate, global float *z) {
  const int first = get_global_id(0) * 32, k = get_global_id(1) * DIRECT_FILTERS, n = get_global_id(2);
  const int plane = (g.P + (g.R - 1) * g.dilationY) * g.pitch, taps = g.R * g.S;
  if (first >= g.P * g.pitch || k >= g.outputs) return;
  global const float *image = bordered + (size_t)n * g.inputs * plane + first;
  // A tile at the end computes its last filter several times and stores it once.
  int filter[DIRECT_FILTERS];
  for (int j = 0; j < DIRECT_FILTERS; j++) filter[j] = min(k + j, g.outputs - 1) * g.outputStride;

  // Sums of blocks of channels first, then their sum: the error grows with the length of a block and the number of blocks,
  // not with their product, and fewer rectifiers and pooling winners flip. Registers hold the block, memory the totals.
  float16 lowTotal[DIRECT_FILTERS], highTotal[DIRECT_FILTERS];
  for (int j = 0; j < DIRECT_FILTERS; j++) lowTotal[j] = highTotal[j] = 0.0f;

  for (int block = 0; block < g.inputs; block += DIRECT_BLOCK) {
    float16 low[DIRECT_FILTERS], high[DIRECT_FILTERS];
#pragma unroll
    for (int j = 0; j < DIRECT_FILTERS; j++) low[j] = high[j] = 0.0f;
    for (int c = block; c < min(block + DIRECT_BLOCK, g.inputs); c++) {
      global const float *weights = w + (size_t)c * g.inputStride;
      for (int r = 0; r < g.R; r++) {
        for (int s = 0; s < g.S; s++) {
          global const float *row = image + (size_t)c * plane + r * g.dilationY * g.pitch + s * g.dilationX;
          const float16 a = vload16(0, row), d = vload16(1, row);
          const int tap = g.turned ? taps - 1 - (r * g.S + s) : r * g.S + s;
#pragma unroll
          for (int j = 0; j < DIRECT_FILTERS; j++) {
            const float weight = weights[filter[j] + tap];
            low[j] = fma(a, (float16)weight, low[j]);
            high[j] = fma(d, (float16)weight, high[j]);
          }
        }
      }
    }
    for (int j = 0; j < DIRECT_FILTERS; j++) {
      lowTotal[j] += low[j];
      highTotal[j] += high[j];
    }
  }

  for (int j = 0; j < DIRECT_FILTERS && k + j < g.outputs; j++) {
    float lanes[32];
    vstore16(lowTotal[j], 0, lanes);
    vstore16(highTotal[j], 1, lanes);
    global float *target = z + ((size_t)n * g.outputs + k + j) * g.P * g.Q;
    for (int i = 0; i < 32; i++) {
      const int p = (first + i) / g.pitch, q = (first + i) % g.pitch;
      if (p >= g.P || q >= g.Q) continue;
      const int position = p * g.Q + q;
      float sum = lanes[i];
      if (biasMode == 1) sum += b[k + j];
      if (biasMode == 2) sum += b[(size_t)(k + j) * g.P * g.Q + position];
      target[position] = (accumulate ? target[position] : 0.0f) + coefficient * sum;
    }
  }
}
