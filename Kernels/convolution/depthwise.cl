// Depthwise convolution and its transpose for GPUs: filters that read one channel.
//
//   apply      z[n,p,q,k] = sum_{r,s} part(x)[n,h,w,k/m] * w[r,s,k]
//   transpose  c[i,h,w,c] = sum_{j,r,s} s[i,p,q,c*m+j] * w[r,s,c*m+j],  0 <= j < m
//   with h = p * strideY - padTop + r * dilationY, w likewise; outside the image x = 0. m = K / C filters a channel.
//
// apply is the forward pass and step 1 of LRP, transpose step 3; what becomes of the sums (bias, rectifier, steps 2 and 4)
// is epilogue.h's. Nothing is shared between channels, so that tiles in local
// memory (tiled.cl) would be empty but for one column. Here a work-item makes DEPTHWISE_COLUMNS neighbouring outputs of one
// channel, a weight is read once for all of them, and neighbouring work-items read neighbouring channels. Bound by memory:
// 2 FLOP a tap and number.
//
// x [N][H,W,C] with xStride elements an image (0: one image for the whole batch), z [N][P,Q,K]; s [M][P,Q,K], c [M][H,W,C];
// w [R,S,K] (pack.cl). What is a phase: gather.h.
// Grid: (channels * ceil(columns / DEPTHWISE_COLUMNS) * rows, 1, images * phases) in work-groups of DEPTHWISE_ITEMS along
// the first axis; channels, rows and columns of the outputs of the largest phase; phases: 1, for the transpose
// strideY * strideX.
#include "convolution/gather.h"
#include "epilogue.h"

#ifndef DEPTHWISE_COLUMNS
#define DEPTHWISE_COLUMNS 4  // outputs of a work-item along a row; tried 1 ... 8
#endif
#ifndef DEPTHWISE_ITEMS
#define DEPTHWISE_ITEMS 64  // work-items of a group; tried 64 ... 256
#endif

static inline __attribute__((always_inline)) void depthwise_gather(
    const ConvolutionGeometry g, const int transposed, const int images, const Epilogue e, global const float *x,
    const int xStride, const SignPart part, global const float *w, const EpilogueArrays arrays) {
  const int height = transposed ? g.P : g.H, width = transposed ? g.Q : g.W;
  const int outHeight = transposed ? g.H : g.P, outWidth = transposed ? g.W : g.Q;
  const int inputs = transposed ? g.K : g.C, outputs = transposed ? g.C : g.K, filters = g.K / g.C;
  const int n = get_global_id(2) % images, phase = get_global_id(2) / images;
  const GatherAxis rows = gather_axis(outHeight, g.R, g.strideY, g.padTop, g.dilationY, transposed, phase / g.strideX);
  const GatherAxis columns =
      gather_axis(outWidth, g.S, g.strideX, g.padLeft, g.dilationX, transposed, phase % g.strideX);
  const int tiles = (columns.count + DEPTHWISE_COLUMNS - 1) / DEPTHWISE_COLUMNS;
  const int id = get_global_id(0), channel = id % outputs;
  if (id >= outputs * tiles * rows.count) return;
  const int y = id / outputs / tiles, firstColumn = id / outputs % tiles * DEPTHWISE_COLUMNS;
  global const float *image = x + (size_t)n * xStride;

  float sums[DEPTHWISE_COLUMNS];
  for (int i = 0; i < DEPTHWISE_COLUMNS; i++) sums[i] = 0.0f;
  for (int j = 0; j < (transposed ? filters : 1); j++) {
    const int k = transposed ? channel * filters + j : channel, input = transposed ? k : channel / filters;
    for (int r = 0; r < rows.taps; r++) {
      const int h = y * rows.inputStep + rows.offset + r * rows.offsetStep;
      if (h < 0 || h >= height) continue;
      for (int s = 0; s < columns.taps; s++) {
        const int tap = (rows.firstTap + r * rows.tapStep) * g.S + columns.firstTap + s * columns.tapStep;
        const float weight = w[(size_t)tap * g.K + k];
        for (int i = 0; i < DEPTHWISE_COLUMNS; i++) {
          const int u = (firstColumn + i) * columns.inputStep + columns.offset + s * columns.offsetStep;
          if (u < 0 || u >= width) continue;
          const float a = image[(size_t)(h * width + u) * inputs + input];
          sums[i] = multiply_add(part_of(part, a), weight, sums[i]);
        }
      }
    }
  }

  for (int i = 0; i < DEPTHWISE_COLUMNS && firstColumn + i < columns.count; i++) {
    const int pixel = (rows.first + y * rows.step) * outWidth + columns.first + (firstColumn + i) * columns.step;
    finish(e, arrays, sums[i], finished_entry(e, arrays, n), (size_t)pixel * outputs + channel, channel, outputs);
  }
}

kernel __attribute__((reqd_work_group_size(DEPTHWISE_ITEMS, 1, 1))) void depthwise_apply(
    const ConvolutionGeometry g, const int images, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  depthwise_gather(g, 0, images, e, x, xStride, part, w, arrays);
}

kernel __attribute__((reqd_work_group_size(DEPTHWISE_ITEMS, 1, 1))) void depthwise_transpose(
    const ConvolutionGeometry g, const int images, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  depthwise_gather(g, 1, images, e, x, xStride, part, w, arrays);
}
