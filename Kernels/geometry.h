// Structures passed by value from Swift to the kernels: one definition, read by both compilers.
// Letters: C, H, W input channels, rows, columns; K, P, Q output; R, S filter. All in elements.
#ifndef RELPROP_GEOMETRY_H
#define RELPROP_GEOMETRY_H

// A convolution of one image. Weights [K, C/groups, R, S].
typedef struct {
  int C, H, W;
  int K, P, Q;
  int R, S;
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY, dilationX;
  int groups;
} ConvolutionGeometry;

// A sliding window over one image's channels.
typedef struct {
  int C, H, W;
  int P, Q;
  int kernelY, kernelX;
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY, dilationX;
} WindowGeometry;

// Averages over a grid of P x Q cells; the cells themselves are tables (see pooling/average.cl).
typedef struct {
  int C, H, W;
  int P, Q;
} CellGeometry;

// A part of a number a: positive * max(a, 0) + negative * min(a, 0). (1, 1) is a itself, (1, 0) its positive part,
// (1 + gamma, 1) is a + gamma * a+. Where a kernel reads `power` (poolings, sums, step 4): sign(a) * |a|^power.
typedef struct {
  float positive, negative;
  float power;
} SignPart;

// What is added to a denominator z: (epsilon + relative * statistic(z)) * sign, where `mode` is the sign:
// 0: that of z, sign(0) = +1; 1: always +; 2: +, and only where z is exactly 0.
typedef struct {
  float epsilon, relative;
  int mode;
} StabilizerParameters;

// A block of `count` elements in every entry of a batch.
typedef struct {
  int count;
  int sourceStride, sourceOffset;
  int targetStride, targetOffset;
} SliceGeometry;

#endif
