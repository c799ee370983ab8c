// Convolution, dense layer and their transposes for GPUs: implicit matrix multiplication in tiles.
//
//   apply      z[n,p,q,k] = sum_{r,s,c} part(x)[n,h,w,c] * w[r,s,k,c]
//   transpose  c[m,h,w,c] = sum_{r,s,k} s[m,p,q,k] * w[r,s,k,c]
//   with h = p * strideY - padTop + r * dilationY, w likewise; outside the image x = 0.
//
// apply is the forward pass and step 1 of LRP, transpose step 3; what becomes of the sums (bias, rectifier, steps 2 and 4)
// is epilogue.h's. What it changes against naive.cl: both are one matrix
// product, positions of all images times channels, whose inner dimension runs over taps and channels (gather.h). A
// work-group makes TILED_POSITIONS x TILED_CHANNELS outputs; slabs of TILED_SLAB terms of both factors lie in local
// memory, and each work-item keeps TILED_ITEM_POSITIONS x TILED_ITEM_CHANNELS sums in registers. With 64 x 64 outputs
// and 4 x 4 a work-item, a number from global memory is used 64 times, one from local memory 4 times: 16 FLOP a byte of
// global traffic where naive.cl has a quarter. The next slab is fetched into registers while the present one is summed.
// A dense layer is the convolution of 1 x 1 images with 1 x 1 filters.
//
// Every sum runs tap by tap and channel by channel, in blocks of SUM_BLOCK terms and then over the blocks: tiles of any size,
// and dense/vector.cl, give the same bits, so that an image gets the same relevance alone and in a batch.
//
// Images lie channels-last: x [N][H,W,C] with xStride elements an image (0: one image for the whole batch), z [N][P,Q,K];
// s [M][P,Q,K], c [M][H,W,C]; both functions take the same arguments. w [R,S,K,C/groups], one copy for both directions
// (pack.cl; filters of one tap and dense weights lie so as they are).
// Grid: (ceil(positions / TILED_POSITIONS), groups * ceil(channels / TILED_CHANNELS), phases) work-groups of
// (TILED_POSITIONS / TILED_ITEM_POSITIONS) * (TILED_CHANNELS / TILED_ITEM_CHANNELS) work-items along the first axis.
// positions: images * outputs of the largest phase; phases: 1, for the transpose strideY * strideX; channels: outputs of
// one group. Host: the parameters fit the device (TunableKernel), buffers are aligned to 16 bytes.
#include "convolution/gather.h"
#include "epilogue.h"

#ifndef TILED_POSITIONS
#define TILED_POSITIONS 64  // outputs of a work-group along positions; tried 8 ... 128
#endif
#ifndef TILED_CHANNELS
#define TILED_CHANNELS 64  // and along channels; tried 8 ... 128
#endif
#ifndef TILED_ITEM_POSITIONS
#define TILED_ITEM_POSITIONS 4  // outputs of a work-item along positions: 4 or 8
#endif
#ifndef TILED_ITEM_CHANNELS
#define TILED_ITEM_CHANNELS 4  // and along channels: 4 or 8
#endif
#ifndef TILED_SLAB
#define TILED_SLAB 16  // terms in local memory at a time: 8, 16 or 32
#endif
#ifndef TILED_BUFFERS
#define TILED_BUFFERS 2  // slabs in local memory; 2 saves a barrier a slab
#endif
#ifndef TILED_PADDING
#define TILED_PADDING 1  // unused float4 behind a row of local memory, against bank conflicts: 0 or 1
#endif
#ifndef SUM_BLOCK
#define SUM_BLOCK 128  // terms summed before they join the total: a multiple of every TILED_SLAB, no matter of speed
#endif

// Work-items of a group: by channels first, so that neighbours read and write neighbours.
#define TILED_ACROSS (TILED_CHANNELS / TILED_ITEM_CHANNELS)
#define TILED_ITEMS (TILED_POSITIONS / TILED_ITEM_POSITIONS * TILED_ACROSS)
// Local memory in float4, [slab term][position or channel].
#define TILED_X_PITCH (TILED_POSITIONS / 4 + TILED_PADDING)
#define TILED_W_PITCH (TILED_CHANNELS / 4 + TILED_PADDING)
// Quadruples of terms in a slab; quadruples of numbers a work-item fetches for it.
#define TILED_QUADS (TILED_SLAB / 4)
#define TILED_X_LOADS ((TILED_POSITIONS * TILED_QUADS + TILED_ITEMS - 1) / TILED_ITEMS)
#define TILED_W_LOADS ((TILED_CHANNELS * TILED_QUADS + TILED_ITEMS - 1) / TILED_ITEMS)

// Where one position of the tile reads: the image, and the input position before the tap's offset.
typedef struct {
  global const float *image;
  int y, x;
} TiledSource;

// Four terms of one position, from `term` on.
float4 tiled_input(const TiledSource source, GatherTerm term, const GatherAxis rows, const GatherAxis columns,
                   const int height, const int width, const int pitch, const int channels, const SignPart part) {
  if (source.image == 0) return (float4)(0.0f);
  float four[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  const int side = channels % 4 == 0;  // all four of one tap, side by side and aligned
  for (int i = 0; i < (side ? 1 : 4) && term.y < rows.taps; i++) {
    const int h = source.y + term.y * rows.offsetStep, w = source.x + term.x * columns.offsetStep;
    if (h >= 0 && h < height && w >= 0 && w < width) {
      global const float *at = source.image + (size_t)(h * width + w) * pitch + term.channel;
      if (side) {
        const float4 a = *(global const float4 *)at;
        return part_of(part, a);
      }
      four[i] = part_of(part, at[0]);
    }
    gather_advance(&term, 1, channels, columns.taps);
  }
  return (float4)(four[0], four[1], four[2], four[3]);
}

// apply: four terms of output channel `channel`, which lie side by side. w is at the group's first filter.
float4 tiled_weights_of_terms(global const float *w, const int S, const size_t tapPitch, GatherTerm term,
                              const GatherAxis rows, const GatherAxis columns, const int inputs, const int channel,
                              const int outputs) {
  if (channel >= outputs) return (float4)(0.0f);
  float four[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  const int side = inputs % 4 == 0;
  for (int i = 0; i < (side ? 1 : 4) && term.y < rows.taps; i++) {
    global const float *at = w + (term.y * S + term.x) * tapPitch + (size_t)channel * inputs + term.channel;
    if (side) return *(global const float4 *)at;
    four[i] = at[0];
    gather_advance(&term, 1, inputs, columns.taps);
  }
  return (float4)(four[0], four[1], four[2], four[3]);
}

// transpose: one term of four output channels, which lie side by side.
float4 tiled_weights_of_channels(global const float *w, const int S, const size_t tapPitch, const GatherTerm term,
                                 const GatherAxis rows, const GatherAxis columns, const int channel,
                                 const int outputs) {
  if (channel >= outputs || term.y >= rows.taps) return (float4)(0.0f);
  const int r = rows.firstTap + term.y * rows.tapStep, s = columns.firstTap + term.x * columns.tapStep;
  global const float *at = w + (r * S + s) * tapPitch + (size_t)term.channel * outputs + channel;
  if (outputs % 4 == 0) return *(global const float4 *)at;
  return (float4)(at[0], channel + 1 < outputs ? at[1] : 0.0f, channel + 2 < outputs ? at[2] : 0.0f,
                  channel + 3 < outputs ? at[3] : 0.0f);
}

// Four numbers into four rows of local memory.
void tiled_scatter(local float4 *tile, const int pitch, const int row, const int column, const float4 four) {
  local float *at = (local float *)(tile + row * pitch) + column;
  at[0] = four.x;
  at[4 * pitch] = four.y;
  at[8 * pitch] = four.z;
  at[12 * pitch] = four.w;
}

static inline __attribute__((always_inline)) void tiled_gather(
    const ConvolutionGeometry g, const int transposed, const int images, const Epilogue e, global const float *x,
    const int xStride, const SignPart part, global const float *w, const EpilogueArrays arrays, local float4 *xTiles,
    local float4 *wTiles) {
  const int height = transposed ? g.P : g.H, width = transposed ? g.Q : g.W;
  const int outHeight = transposed ? g.H : g.P, outWidth = transposed ? g.W : g.Q;
  const int inputs = (transposed ? g.K : g.C) / g.groups, outputs = (transposed ? g.C : g.K) / g.groups;
  const int phase = get_group_id(2);
  const GatherAxis rows = gather_axis(outHeight, g.R, g.strideY, g.padTop, g.dilationY, transposed, phase / g.strideX);
  const GatherAxis columns =
      gather_axis(outWidth, g.S, g.strideX, g.padLeft, g.dilationX, transposed, phase % g.strideX);
  const int area = rows.count * columns.count, positions = images * area;
  const int firstPosition = get_group_id(0) * TILED_POSITIONS;
  const int tilesAcross = (outputs + TILED_CHANNELS - 1) / TILED_CHANNELS;
  const int group = get_group_id(1) / tilesAcross, firstChannel = get_group_id(1) % tilesAcross * TILED_CHANNELS;
  const int item = get_local_id(0);
  if (firstPosition >= positions) return;

  // What this work-item fetches: quadruples of terms of some positions, and weights.
  TiledSource sources[TILED_X_LOADS];
  GatherTerm xTerm = {0, 0, 0}, wTerms[TILED_W_LOADS];
  gather_advance(&xTerm, item % TILED_QUADS * 4, inputs, columns.taps);
#pragma unroll
  for (int i = 0; i < TILED_X_LOADS; i++) {
    const int at = (item + i * TILED_ITEMS) / TILED_QUADS, position = firstPosition + at;
    sources[i].image = 0;
    if (at >= TILED_POSITIONS || position >= positions) continue;
    const int n = position / area, y = position % area / columns.count, u = position % columns.count;
    sources[i].image = x + (size_t)n * xStride + group * inputs;
    sources[i].y = y * rows.inputStep + rows.offset;
    sources[i].x = u * columns.inputStep + columns.offset;
  }
  const size_t tapPitch = (size_t)g.K * (g.C / g.groups);
  global const float *weights = w + (size_t)group * (g.K / g.groups) * (g.C / g.groups);
#pragma unroll
  for (int i = 0; i < TILED_W_LOADS; i++) {
    const int at = item + i * TILED_ITEMS;
    wTerms[i].channel = wTerms[i].y = wTerms[i].x = 0;
    gather_advance(&wTerms[i], transposed ? at / (TILED_CHANNELS / 4) : at % TILED_QUADS * 4, inputs, columns.taps);
  }

  const int across = item % TILED_ACROSS, along = item / TILED_ACROSS;
  float4 sums[TILED_ITEM_POSITIONS][TILED_ITEM_CHANNELS / 4], totals[TILED_ITEM_POSITIONS][TILED_ITEM_CHANNELS / 4];
#pragma unroll
  for (int i = 0; i < TILED_ITEM_POSITIONS; i++)
#pragma unroll
    for (int j = 0; j < TILED_ITEM_CHANNELS / 4; j++) sums[i][j] = totals[i][j] = (float4)(0.0f);

  const int terms = rows.taps * columns.taps * inputs;
  float4 xFour[TILED_X_LOADS], wFour[TILED_W_LOADS];
  int buffer = 0;
  for (int first = -TILED_SLAB; first < terms; first += TILED_SLAB) {
    // The slab fetched in the last round goes to local memory.
    local float4 *xTile = xTiles + buffer * TILED_SLAB * TILED_X_PITCH;
    local float4 *wTile = wTiles + buffer * TILED_SLAB * TILED_W_PITCH;
    if (first >= 0) {
#pragma unroll
      for (int i = 0; i < TILED_X_LOADS; i++) {
        const int at = item + i * TILED_ITEMS;
        if (at < TILED_POSITIONS * TILED_QUADS)
          tiled_scatter(xTile, TILED_X_PITCH, at % TILED_QUADS * 4, at / TILED_QUADS, xFour[i]);
      }
#pragma unroll
      for (int i = 0; i < TILED_W_LOADS; i++) {
        const int at = item + i * TILED_ITEMS;
        if (at >= TILED_CHANNELS * TILED_QUADS) continue;
        if (transposed)
          wTile[at / (TILED_CHANNELS / 4) * TILED_W_PITCH + at % (TILED_CHANNELS / 4)] = wFour[i];
        else
          tiled_scatter(wTile, TILED_W_PITCH, at % TILED_QUADS * 4, at / TILED_QUADS, wFour[i]);
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);

    // The next slab is on its way while this one is summed.
    if (first + TILED_SLAB < terms) {
#pragma unroll
      for (int i = 0; i < TILED_X_LOADS; i++)
        xFour[i] = tiled_input(sources[i], xTerm, rows, columns, height, width, inputs * g.groups, inputs, part);
      gather_advance(&xTerm, TILED_SLAB, inputs, columns.taps);
#pragma unroll
      for (int i = 0; i < TILED_W_LOADS; i++) {
        const int at = item + i * TILED_ITEMS;
        if (transposed)
          wFour[i] = tiled_weights_of_channels(weights, g.S, tapPitch, wTerms[i], rows, columns,
                                               firstChannel + at % (TILED_CHANNELS / 4) * 4, outputs);
        else
          wFour[i] = tiled_weights_of_terms(weights, g.S, tapPitch, wTerms[i], rows, columns, inputs,
                                            firstChannel + at / TILED_QUADS, outputs);
        gather_advance(&wTerms[i], TILED_SLAB, inputs, columns.taps);
      }
    }
    if (first < 0) continue;

#pragma unroll
    for (int k = 0; k < TILED_SLAB; k++) {
      float4 a[TILED_ITEM_POSITIONS / 4], c[TILED_ITEM_CHANNELS / 4];
#pragma unroll
      for (int i = 0; i < TILED_ITEM_POSITIONS / 4; i++)
        a[i] = xTile[k * TILED_X_PITCH + along + i * (TILED_POSITIONS / TILED_ITEM_POSITIONS)];
#pragma unroll
      for (int j = 0; j < TILED_ITEM_CHANNELS / 4; j++) c[j] = wTile[k * TILED_W_PITCH + across + j * TILED_ACROSS];
#pragma unroll
      for (int i = 0; i < TILED_ITEM_POSITIONS / 4; i++)
#pragma unroll
        for (int j = 0; j < TILED_ITEM_CHANNELS / 4; j++) {
          sums[4 * i][j] = multiply_add((float4)(a[i].x), c[j], sums[4 * i][j]);
          sums[4 * i + 1][j] = multiply_add((float4)(a[i].y), c[j], sums[4 * i + 1][j]);
          sums[4 * i + 2][j] = multiply_add((float4)(a[i].z), c[j], sums[4 * i + 2][j]);
          sums[4 * i + 3][j] = multiply_add((float4)(a[i].w), c[j], sums[4 * i + 3][j]);
        }
    }
    // Sums of blocks first, then their sum: the error grows with the length of a block and the number of blocks.
    if ((first + TILED_SLAB) % SUM_BLOCK == 0) {
#pragma unroll
      for (int i = 0; i < TILED_ITEM_POSITIONS; i++)
#pragma unroll
        for (int j = 0; j < TILED_ITEM_CHANNELS / 4; j++) {
          totals[i][j] += sums[i][j];
          sums[i][j] = (float4)(0.0f);
        }
    }
    if (TILED_BUFFERS == 1)
      barrier(CLK_LOCAL_MEM_FENCE);
    else
      buffer = 1 - buffer;
  }

  for (int i = 0; i < TILED_ITEM_POSITIONS; i++) {
    const int position =
        firstPosition + (along + i / 4 * (TILED_POSITIONS / TILED_ITEM_POSITIONS)) * 4 + i % 4;
    if (position >= positions) continue;
    const int n = position / area, y = position % area / columns.count, u = position % columns.count;
    const int pixel = (rows.first + y * rows.step) * outWidth + columns.first + u * columns.step;
    const int pitch = outputs * g.groups;
    for (int j = 0; j < TILED_ITEM_CHANNELS / 4; j++) {
      const float4 four = totals[i][j] + sums[i][j];
      const float lanes[4] = {four.x, four.y, four.z, four.w};
      for (int l = 0; l < 4; l++) {
        const int channel = firstChannel + (across + j * TILED_ACROSS) * 4 + l, k = group * outputs + channel;
        if (channel < outputs) finish(e, arrays, lanes[l], finished_entry(e, arrays, n), (size_t)pixel * pitch + k, k, pitch);
      }
    }
  }
}

kernel __attribute__((reqd_work_group_size(TILED_ITEMS, 1, 1))) void tiled_apply(
    const ConvolutionGeometry g, const int images, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  local float4 xTiles[TILED_BUFFERS * TILED_SLAB * TILED_X_PITCH], wTiles[TILED_BUFFERS * TILED_SLAB * TILED_W_PITCH];
  const EpilogueArrays arrays = FINISH_ARRAYS;
  tiled_gather(g, 0, images, e, x, xStride, part, w, arrays, xTiles, wTiles);
}

kernel __attribute__((reqd_work_group_size(TILED_ITEMS, 1, 1))) void tiled_transpose(
    const ConvolutionGeometry g, const int images, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, global const float *w, FINISH_PARAMETERS) {
  local float4 xTiles[TILED_BUFFERS * TILED_SLAB * TILED_X_PITCH], wTiles[TILED_BUFFERS * TILED_SLAB * TILED_W_PITCH];
  const EpilogueArrays arrays = FINISH_ARRAYS;
  tiled_gather(g, 1, images, e, x, xStride, part, w, arrays, xTiles, wTiles);
}
