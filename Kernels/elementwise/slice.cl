// Copies or adds a block of every batch entry: concatenation forward (into slices) and backward (out of slices), addition,
// and relevance that passes a layer unchanged.
//
//   target[m][targetOffset + i] (+)= source[m][sourceOffset + i],  i < count
//
// Grid (count, M), any work-group.
#include "common.h"

kernel void copy_slice(const SliceGeometry g, global const float *source, const int accumulate, global float *target) {
  const int i = get_global_id(0), m = get_global_id(1);
  if (i >= g.count) return;
  const size_t index = (size_t)m * g.targetStride + g.targetOffset + i;
  target[index] = (accumulate ? target[index] : 0.0f) + source[(size_t)m * g.sourceStride + g.sourceOffset + i];
}

// Adds a part of the activations: addition forward, and step 1 of LRP at a sum.
//
//   target[n][i] (+)= coefficient * part(source[n][i])
//
// source has `stride` elements an image (0: one for the whole batch). Grid (count, N).
kernel void add_part(const int count, global const float *source, const int stride, const SignPart part,
                     const float coefficient, const int accumulate, global float *target) {
  const int i = get_global_id(0), n = get_global_id(1);
  if (i >= count) return;
  const size_t index = (size_t)n * count + i;
  target[index] =
      (accumulate ? target[index] : 0.0f) + coefficient * powered_part_of(part, source[(size_t)n * stride + i]);
}

// Fills every channel of a [C,H,W] plane with its own value: the bounds of the box rule, or ones.
// Grid (H*W, C).
kernel void fill_channels(const int area, global const float *values, global float *target) {
  const int i = get_global_id(0), c = get_global_id(1);
  if (i < area) target[(size_t)c * area + i] = values[c];
}
