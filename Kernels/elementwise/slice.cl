// Copies or adds a block of every entry: concatenation forward (into slices) and backward (out of slices), addition, and
// relevance that passes a layer unchanged.
//
//   target[m][targetOffset + i] (+)= source[m][sourceOffset + i],  i < count
//
// Channels lie last, so that channels of a concatenation are blocks of the entries' pixels.
// Grid (ceil(count / LANES), M), any work-group.
#include "common.h"

kernel void copy_slice(const SliceGeometry g, global const float *source, const int accumulate, global float *target) {
  const int i = get_global_id(0) * LANES, m = get_global_id(1);
  if (i >= g.count) return;
  global const float *from = source + (size_t)m * g.sourceStride + g.sourceOffset;
  global float *into = target + (size_t)m * g.targetStride + g.targetOffset;
  const real before = accumulate ? load_lanes(into, i, g.count) : (real)0.0f;
  store_lanes(before + load_lanes(from, i, g.count), into, i, g.count);
}

// Adds a part of the activations: addition forward, and step 1 of LRP at a sum.
//
//   target[n][i] (+)= coefficient * part(source[n][i])
//
// source has `stride` elements an image (0: one for the whole batch). Grid (ceil(count / LANES), N).
kernel void add_part(const int count, global const float *source, const int stride, const SignPart part,
                     const float coefficient, const int accumulate, global float *target) {
  const int i = get_global_id(0) * LANES, n = get_global_id(1);
  if (i >= count) return;
  global float *into = target + (size_t)n * count;
  const real before = accumulate ? load_lanes(into, i, count) : (real)0.0f;
  const real value = powered_part_of(part, load_lanes(source + (size_t)n * stride, i, count));
  store_lanes(before + coefficient * value, into, i, count);
}

// Fills every channel of an image [area][C] with its own value: the bounds of the box rule, or ones.
// Grid (ceil(C * area / LANES)).
kernel void fill_channels(const int C, const int count, global const float *values, global float *target) {
  const int i = get_global_id(0) * LANES;
  if (i < count) store_lanes(load_channels(values, i, C), target, i, count);
}

// The same numbers under another shape: the reader's order is [C,area] row by row before and after, the device's is
// channels last, so that a reshape which changes the number of channels moves them.
//
//   target[n][j]  (+)= source[n][i],  (j % C') * area' + j / C' = (i % C) * area + i / C
//
// Grid (C * area, N).
kernel void rearrange(const int C, const int area, const int newC, const int newArea, global const float *source,
                      const int accumulate, global float *target) {
  const int j = get_global_id(0), n = get_global_id(1), count = C * area;
  if (j >= count) return;
  const int logical = j % newC * newArea + j / newC;
  const int i = logical % area * C + logical / area;
  const size_t index = (size_t)n * count + j;
  target[index] = (accumulate ? target[index] : 0.0f) + source[(size_t)n * count + i];
}
