// Maximum pooling, and its backward pass as winner-take-all.
//
//   apply  y[c,p,q] = max over the window; padding never wins
//   route  r[c,h,w] = sum of R[c,p,q] over the windows that (h, w) wins
//
// A window's winner is its first maximum in row-major order; with `shared` its relevance is divided among all maxima.
// x [N][C,H,W], y [N][C,P,Q]; R [M][C,P,Q], r [M][C,H,W], entry m of R belongs to image m / targets of x.
// With `accumulate` r is added to. Grid: apply (P*Q, C, N), route (H*W, C, M), any work-group.
#include "common.h"

kernel void maximum_apply(const WindowGeometry g, global const float *x, global float *y) {
  const int position = get_global_id(0), c = get_global_id(1), n = get_global_id(2);
  if (position >= g.P * g.Q) return;
  const int p = position / g.Q, q = position % g.Q;
  global const float *plane = x + ((size_t)n * g.C + c) * g.H * g.W;

  float best = -INFINITY;
  for (int r = 0; r < g.kernelY; r++) {
    const int h = p * g.strideY - g.padTop + r * g.dilationY;
    if (h < 0 || h >= g.H) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int w = q * g.strideX - g.padLeft + s * g.dilationX;
      if (w < 0 || w >= g.W) continue;
      const float value = plane[h * g.W + w];
      if (value > best || isnan(value)) best = value;
    }
  }
  y[((size_t)n * g.C + c) * g.P * g.Q + position] = best;
}

// The share of window (p, q) that pixel (h, w) wins.
float winner_share(const WindowGeometry g, global const float *plane, const int p, const int q, const int h,
                   const int w, const int shared) {
  const float value = plane[h * g.W + w];
  int maxima = 0;
  for (int r = 0; r < g.kernelY; r++) {
    const int y = p * g.strideY - g.padTop + r * g.dilationY;
    if (y < 0 || y >= g.H) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int x = q * g.strideX - g.padLeft + s * g.dilationX;
      if (x < 0 || x >= g.W) continue;
      const float other = plane[y * g.W + x];
      if (other > value) return 0.0f;
      if (other == value) {
        maxima++;
        if (!shared && (y < h || (y == h && x < w))) return 0.0f;
      }
    }
  }
  return shared ? 1.0f / maxima : 1.0f;
}

kernel void maximum_route(const WindowGeometry g, global const float *x, const int targets, global const float *R,
                          const int shared, const int accumulate, global float *relevance) {
  const int position = get_global_id(0), c = get_global_id(1), m = get_global_id(2);
  if (position >= g.H * g.W) return;
  const int h = position / g.W, w = position % g.W;
  global const float *plane = x + ((size_t)(m / targets) * g.C + c) * g.H * g.W;
  global const float *outputs = R + ((size_t)m * g.C + c) * g.P * g.Q;

  float sum = 0.0f;
  for (int r = 0; r < g.kernelY; r++) {
    const int y = h + g.padTop - r * g.dilationY;
    if (y < 0 || y % g.strideY != 0 || y / g.strideY >= g.P) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int u = w + g.padLeft - s * g.dilationX;
      if (u < 0 || u % g.strideX != 0 || u / g.strideX >= g.Q) continue;
      const int p = y / g.strideY, q = u / g.strideX;
      const float output = outputs[p * g.Q + q];
      if (output != 0.0f) sum += output * winner_share(g, plane, p, q, h, w, shared);
    }
  }
  const size_t index = ((size_t)m * g.C + c) * g.H * g.W + position;
  relevance[index] = (accumulate ? relevance[index] : 0.0f) + sum;
}
