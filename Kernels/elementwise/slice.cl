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
// Along j the place in [C,area] moves on by area' numbers, so that an item divides once for all its lanes: four divisions a
// number took ten times as long as its copy.
//
// Grid (ceil(C * area / LANES), N).
kernel void rearrange(const int C, const int area, const int newC, const int newArea, global const float *source,
                      const int accumulate, global float *target) {
  const int first = get_global_id(0) * LANES, n = get_global_id(1), count = C * area;
  if (first >= count) return;
  global const float *from = source + (size_t)n * count;
  global float *into = target + (size_t)n * count;
  const int channels = newArea / area, pixels = newArea % area;
  int newChannel = first % newC, newPixel = first / newC;
  const int logical = newChannel * newArea + newPixel;
  int channel = logical / area, pixel = logical % area;
  for (int j = first; j < min(first + LANES, count); j++) {
    into[j] = (accumulate ? into[j] : 0.0f) + from[pixel * C + channel];
    channel += channels;
    pixel += pixels;
    if (pixel >= area) {
      pixel -= area;
      channel++;
    }
    if (++newChannel == newC) {
      newChannel = 0;
      newPixel++;
      channel = newPixel / area;
      pixel = newPixel % area;
    }
  }
}
