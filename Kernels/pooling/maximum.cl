// Maximum pooling, and its backward pass as winner-take-all.
//
//   apply  y[p,q,c] = max over the window; padding never wins
//   route  r[h,w,c] = sum of R[p,q,c] over the windows that (h, w) wins
//
// A window's winner is its first maximum in row-major order; with `shared` its relevance is divided among all maxima.
// x [N][H,W,C], y [N][P,Q,C]; R [M][P,Q,C], r [M][H,W,C], entry m of R belongs to image m / targets of x.
// With `accumulate` r is added to. Grid: apply (ceil(C / LANES), P*Q, N), route (ceil(C / LANES), H*W, M), any work-group.
#include "common.h"

kernel void maximum_apply(const WindowGeometry g, global const float *x, global float *y) {
  const int c = get_global_id(0) * LANES, position = get_global_id(1), n = get_global_id(2);
  if (c >= g.C || position >= g.P * g.Q) return;
  const int p = position / g.Q, q = position % g.Q;
  global const float *image = x + (size_t)n * g.H * g.W * g.C;

  real best = -INFINITY;
  for (int r = 0; r < g.kernelY; r++) {
    const int h = p * g.strideY - g.padTop + r * g.dilationY;
    if (h < 0 || h >= g.H) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int w = q * g.strideX - g.padLeft + s * g.dilationX;
      if (w < 0 || w >= g.W) continue;
      const real value = load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C);
      best = larger_of(best, value);
    }
  }
  store_lanes(best, y + ((size_t)n * g.P * g.Q + position) * g.C, c, g.C);
}

// The share of window (p, q) that pixel (h, w) wins.
real winner_share(const WindowGeometry g, global const float *image, const int c, const int p, const int q, const int h,
                  const int w, const int shared) {
  const real zero = 0.0f, one = 1.0f;
  const real value = load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C);
  real maxima = 0.0f, wins = 1.0f;
  for (int r = 0; r < g.kernelY; r++) {
    const int y = p * g.strideY - g.padTop + r * g.dilationY;
    if (y < 0 || y >= g.H) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int x = q * g.strideX - g.padLeft + s * g.dilationX;
      if (x < 0 || x >= g.W) continue;
      const real other = load_lanes(image + ((size_t)y * g.W + x) * g.C, c, g.C);
      wins = other > value ? zero : wins;
      maxima += other == value ? one : zero;
      if (!shared && (y < h || (y == h && x < w))) wins = other == value ? zero : wins;
    }
  }
  return shared ? (maxima > zero ? wins / maxima : zero) : wins;
}

kernel void maximum_route(const WindowGeometry g, global const float *x, const int targets, global const float *R,
                          const int shared, const int accumulate, global float *relevance) {
  const int c = get_global_id(0) * LANES, position = get_global_id(1), m = get_global_id(2);
  if (c >= g.C || position >= g.H * g.W) return;
  const int h = position / g.W, w = position % g.W;
  global const float *image = x + (size_t)(m / targets) * g.H * g.W * g.C;
  global const float *outputs = R + (size_t)m * g.P * g.Q * g.C;

  const real zero = 0.0f;
  real sum = 0.0f;
  for (int r = 0; r < g.kernelY; r++) {
    const int y = h + g.padTop - r * g.dilationY;
    if (y < 0 || y % g.strideY != 0 || y / g.strideY >= g.P) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int u = w + g.padLeft - s * g.dilationX;
      if (u < 0 || u % g.strideX != 0 || u / g.strideX >= g.Q) continue;
      const int p = y / g.strideY, q = u / g.strideX;
      const real output = load_lanes(outputs + ((size_t)p * g.Q + q) * g.C, c, g.C);
      const real won = winner_share(g, image, c, p, q, h, w, shared);
      sum += won != zero ? output * won : zero;
    }
  }
  global float *target = relevance + ((size_t)m * g.H * g.W + position) * g.C;
  const real before = accumulate ? load_lanes(target, c, g.C) : zero;
  store_lanes(before + sum, target, c, g.C);
}
