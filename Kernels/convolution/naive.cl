// Convolution and its transpose, one output per work-item: the reference for every faster form.
//
//   apply      z[k,p,q]  (+)= coefficient * (b[k] + sum_{c,r,s} part(x)[c, h, w] * w[k,c,r,s])
//   transpose  c[c,h,w]   =  sum_{k,r,s} s[k,p,q] * w[k,c,r,s]
//   with h = p * strideY - padTop + r * dilationY, w likewise; outside the image x = 0.
//
// apply is the forward pass and step 1 of LRP (there on parts of x, w, b); transpose is step 3.
// x [N][H,W,C] with xStride elements an image (0: one image for the whole batch), w [K, C/groups, R, S],
// b [K] (biasMode 1), [P,Q,K] (2) or unread (0), z [N][P,Q,K]; s [M][P,Q,K], c [M][H,W,C].
// Grid: apply (P*Q, K, N), transpose (H*W, C, M), any work-group. Host: buffers hold what the shapes say.
#include "common.h"

kernel void convolution_apply(const ConvolutionGeometry g, global const float *x, const int xStride,
                              const SignPart part, global const float *w, global const float *b, const int biasMode,
                              const float coefficient, const int accumulate, global float *z) {
  const int position = get_global_id(0), k = get_global_id(1), n = get_global_id(2);
  if (position >= g.P * g.Q) return;
  const int p = position / g.Q, q = position % g.Q;
  const int groupC = g.C / g.groups, firstC = k / (g.K / g.groups) * groupC;
  global const float *image = x + (size_t)n * xStride;
  global const float *filter = w + (size_t)k * groupC * g.R * g.S;

  float sum = 0.0f;
  for (int c = 0; c < groupC; c++) {
    float channel = 0.0f;  // a sum per channel first: the error grows with C + R * S, not with C * R * S
    for (int r = 0; r < g.R; r++) {
      const int h = p * g.strideY - g.padTop + r * g.dilationY;
      if (h < 0 || h >= g.H) continue;
      for (int s = 0; s < g.S; s++) {
        const int column = q * g.strideX - g.padLeft + s * g.dilationX;
        if (column < 0 || column >= g.W) continue;
        const float a = image[((size_t)h * g.W + column) * g.C + firstC + c];
        channel += part_of(part, a) * filter[(c * g.R + r) * g.S + s];
      }
    }
    sum += channel;
  }
  const size_t inImage = (size_t)position * g.K + k, index = (size_t)n * g.P * g.Q * g.K + inImage;
  if (biasMode == 1) sum += b[k];
  if (biasMode == 2) sum += b[inImage];
  z[index] = (accumulate ? z[index] : 0.0f) + coefficient * sum;
}

kernel void convolution_transpose(const ConvolutionGeometry g, global const float *s, global const float *w,
                                  global float *c) {
  const int position = get_global_id(0), channel = get_global_id(1), m = get_global_id(2);
  if (position >= g.H * g.W) return;
  const int h = position / g.W, column = position % g.W;
  const int groupC = g.C / g.groups, groupK = g.K / g.groups;
  const int group = channel / groupC, localC = channel % groupC;
  global const float *entry = s + (size_t)m * g.P * g.Q * g.K;

  float sum = 0.0f;
  for (int k = group * groupK; k < (group + 1) * groupK; k++) {
    global const float *filter = w + ((size_t)k * groupC + localC) * g.R * g.S;
    float one = 0.0f;
    for (int r = 0; r < g.R; r++) {
      const int y = h + g.padTop - r * g.dilationY;
      if (y < 0 || y % g.strideY != 0 || y / g.strideY >= g.P) continue;
      for (int t = 0; t < g.S; t++) {
        const int x = column + g.padLeft - t * g.dilationX;
        if (x < 0 || x % g.strideX != 0 || x / g.strideX >= g.Q) continue;
        one += entry[((size_t)(y / g.strideY) * g.Q + x / g.strideX) * g.K + k] * filter[r * g.S + t];
      }
    }
    sum += one;
  }
  c[((size_t)m * g.H * g.W + position) * g.C + channel] = sum;
}
