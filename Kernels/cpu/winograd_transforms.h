// Winograd's transforms for one tile size, for winograd.h: to the points along one axis and back, of a tile's input, of its
// sums.
#if WINOGRAD_M == 2
// Two of the points of B^T d along one axis, those that share terms: pair 0 is 0 and inf, pair 1 is 1 and -1.
static inline __attribute__((always_inline)) void NAME(into_points)(const int pair, const float16 *d, float16 *first,
                                                                    float16 *second) {
  if (pair == 0) {
    *first = d[0] - d[2];
    *second = d[3] - d[1];
  } else {
    *first = d[1] + d[2];
    *second = d[2] - d[1];
  }
}

static inline __attribute__((always_inline)) void NAME(out_of_points)(const float16 *m, float16 *y) {
  y[0] = m[0] + m[1] + m[2];
  y[1] = m[1] - m[2] + m[3];
}
#else
// The points are 0, a, -a, b, -b, inf with a = 5/8, b = 3/2; all constants are exact.
static inline __attribute__((always_inline)) void NAME(into_points)(const int pair, const float16 *d, float16 *first,
                                                                    float16 *second) {
  if (pair == 0) {  // 0, inf
    const float16 aabb = 0.87890625f, aa_bb = 2.640625f;
    *first = multiply_add(aabb, d[0], multiply_add(-aa_bb, d[2], d[4]));
    *second = multiply_add(aabb, d[1], multiply_add(-aa_bb, d[3], d[5]));
  } else {  // a, -a or b, -b
    const float16 point = pair == 1 ? 0.625f : 1.5f, other = pair == 1 ? 2.25f : 0.390625f;
    const float16 even = multiply_add(-other, d[2], d[4]), odd = multiply_add(-other, d[1], d[3]);
    *first = multiply_add(point, odd, even);
    *second = multiply_add(-point, odd, even);
  }
}

static inline __attribute__((always_inline)) void NAME(out_of_points)(const float16 *m, float16 *y) {
  const float16 a = 0.625f, b = 1.5f, aa = 0.390625f, bb = 2.25f, aaa = 0.244140625f, bbb = 3.375f;
  const float16 sumA = m[1] + m[2], differenceA = m[1] - m[2], sumB = m[3] + m[4], differenceB = m[3] - m[4];
  y[0] = m[0] + sumA + sumB;
  y[1] = multiply_add(b, differenceB, a * differenceA);
  y[2] = multiply_add(bb, sumB, aa * sumA);
  y[3] = multiply_add(bbb, differenceB, multiply_add(aaa, differenceA, m[5]));
}
#endif

// The plane of a pair's first and second point.
#define FIRST(pair) ((pair) == 0 ? 0 : 2 * (pair)-1)
#define SECOND(pair) ((pair) == 0 ? N_ - 1 : 2 * (pair))

// V[.][c ... c + 15] of the tile whose corner is given, its rows `rowStep` and its pixels `columnStep` apart: B^T d B. `v` is
// the tile's row, planes are `planeStride` apart. Rows of points are made in pairs, as many at a time as stay in registers.
static inline __attribute__((always_inline)) void NAME(transform_input)(global const float *corner, const int rowStep,
                                                                        const int columnStep, global float *v,
                                                                        const int planeStride, const int isShared) {
#pragma unroll
  for (int pair = 0; pair < PAIRS; pair += PAIRS_AT_ONCE) {
    float16 rows[2 * PAIRS_AT_ONCE][N_];
#pragma unroll
    for (int j = 0; j < N_; j++) {
      float16 d[N_];
#pragma unroll
      for (int i = 0; i < N_; i++) d[i] = load16(corner + (size_t)i * rowStep + j * columnStep);
#pragma unroll
      for (int i = 0; i < PAIRS_AT_ONCE; i++) NAME(into_points)(pair + i, d, &rows[2 * i][j], &rows[2 * i + 1][j]);
    }
#pragma unroll
    for (int i = 0; i < 2 * PAIRS_AT_ONCE; i++) {
      const int plane = (i % 2 == 0 ? FIRST(pair + i / 2) : SECOND(pair + i / 2)) * N_;
#pragma unroll
      for (int other = 0; other < PAIRS; other++) {
        float16 first, second;
        NAME(into_points)(other, rows[i], &first, &second);
        store_point(first, v + (size_t)(plane + FIRST(other)) * planeStride, isShared);
        store_point(second, v + (size_t)(plane + SECOND(other)) * planeStride, isShared);
      }
    }
  }
}

// The pixels of a tile, moved into the image where it overlaps the border.
static inline __attribute__((always_inline)) global const float *NAME(pixels_of)(const WinogradGeometry g,
                                                                                const TilePlace place,
                                                                                const TileInput input) {
  const int y = clamp(place.y * WINOGRAD_M - g.padTop, 0, max(g.H - N_, 0));
  const int x = clamp(place.x * WINOGRAD_M - g.padLeft, 0, max(g.W - N_, 0));
  return input.x + (size_t)(g.spreads ? place.image : place.entry) * input.xStride + ((size_t)y * g.W + x) * g.C;
}

// A vector of them.
static inline __attribute__((always_inline)) void NAME(expect_pixels)(global const float *pixels, const int rowStep,
                                                                      const int columnStep) {
#pragma unroll
  for (int i = 0; i < N_; i++) {
#pragma unroll
    for (int j = 0; j < N_; j++) EXPECT_NEAR(pixels + (size_t)i * rowStep + j * columnStep);
  }
}

// The same of x * windows * share, a tile that lies inside both: each product is made once. A function of its own, compiled
// once for both forms.
WIDE static __attribute__((noinline)) void NAME(transform_windows)(global const float *corner, const int rowStep,
                                                                   const int y0, const int x0, global const float *windows,
                                                                   const int windowStep, const float share, const int C,
                                                                   global float *v, const int planeStride,
                                                                   const int isShared) {
  float between[PLANES * 16];
#pragma unroll 1
  for (int j = 0; j < N_; j++) {
    global const float *column = corner + (size_t)j * C, *s = windows + (x0 + j) / 2 * C;
    float16 d[N_];
#pragma unroll
    for (int i = 0; i < N_; i++)
      d[i] = load16(s + (size_t)((y0 + i) / 2) * windowStep) * share * load16(column + (size_t)i * rowStep);
#pragma unroll
    for (int pair = 0; pair < PAIRS; pair++) {
      float16 first, second;
      NAME(into_points)(pair, d, &first, &second);
      store16(first, SAME_MEMORY(between) + 16 * (FIRST(pair) * N_ + j));
      store16(second, SAME_MEMORY(between) + 16 * (SECOND(pair) * N_ + j));
    }
  }
#pragma unroll 1
  for (int row = 0; row < N_; row++) {
    float16 d[N_];
#pragma unroll
    for (int j = 0; j < N_; j++) d[j] = load16(SAME_MEMORY(between) + 16 * (row * N_ + j));
#pragma unroll
    for (int pair = 0; pair < PAIRS; pair++) {
      float16 first, second;
      NAME(into_points)(pair, d, &first, &second);
      store_point(first, v + (size_t)(row * N_ + FIRST(pair)) * planeStride, isShared);
      store_point(second, v + (size_t)(row * N_ + SECOND(pair)) * planeStride, isShared);
    }
  }
}

// All channels of one tile. With `isShared` other cores read what is written; with `asks` the next tile's input comes closer.
static inline __attribute__((always_inline)) void NAME(transform_tile)(const WinogradGeometry g, const TilePlace place,
                                                                       const TileInput input, global float *v,
                                                                       const int planeStride, const int isShared,
                                                                       const int asks) {
  const SignPart part = input.part;
  const int y0 = place.y * WINOGRAD_M - g.padTop, x0 = place.x * WINOGRAD_M - g.padLeft, P = g.H / 2, Q = g.W / 2;
  const int entry = g.spreads ? place.image : place.entry;
  const int asksNext = asks && g.H >= N_ && g.W >= N_;
  global const float *next = asksNext ? NAME(pixels_of)(g, place_after(g, place), input) : input.x;
  global const float *corner = input.x + (size_t)entry * input.xStride + ((ptrdiff_t)y0 * g.W + x0) * g.C;
  global const float *windows = input.windows + (g.spreads ? (size_t)place.entry * P * Q * g.C : 0);
  // Tiles inside the image are read where they are; part (1, 1) is the number itself. Lanes behind the last channel may
  // hold the next pixel's: their products are not asked for. But they must lie in the image.
  const int last = ((y0 + N_ - 1) * g.W + x0 + N_ - 1) * g.C + (g.C - 1) / 16 * 16;
  const int isWhole = is_all(part) && y0 >= 0 && x0 >= 0 && y0 + N_ <= g.H && x0 + N_ <= g.W && last + 16 <= g.H * g.W * g.C;
  const int lastWindow = ((y0 + N_ - 1) / 2 * Q + (x0 + N_ - 1) / 2) * g.C + (g.C - 1) / 16 * 16;
  if (isWhole && (!g.spreads || (y0 + N_ <= 2 * P && x0 + N_ <= 2 * Q && lastWindow + 16 <= P * Q * g.C))) {
#pragma unroll 1
    for (int c = 0; c < g.C; c += 16) {
      if (asksNext) NAME(expect_pixels)(next + c, g.W * g.C, g.C);
      if (g.spreads)
        NAME(transform_windows)(corner + c, g.W * g.C, y0, x0, windows + c, Q * g.C, g.share, g.C, v + c, planeStride,
                                isShared);
      else
        NAME(transform_input)(corner + c, g.W * g.C, g.C, v + c, planeStride, isShared);
    }
    return;
  }
  // What is inside, within zeros.
  const int fromRow = max(-y0, 0), toRow = min(N_, g.H - y0), fromColumn = max(-x0, 0), toColumn = min(N_, g.W - x0);
  float inside[PLANES * 16];
  for (int i = 0; i < PLANES * 16; i++) inside[i] = 0.0f;
#pragma unroll 1
  for (int c = 0; c < g.C; c += 16) {
    if (asksNext) NAME(expect_pixels)(next + c, g.W * g.C, g.C);
#pragma unroll 1
    for (int i = fromRow; i < toRow; i++) {
#pragma unroll 1
      for (int j = fromColumn; j < toColumn; j++) {
        const float16 d = load_lanes(corner + ((ptrdiff_t)i * g.W + j) * g.C, c, g.C);
        const int p = (y0 + i) / 2, q = (x0 + j) / 2;
        float16 s = 0.0f;  // behind the last window
        if (g.spreads && p < P && q < Q) s = load_lanes(windows + ((size_t)p * Q + q) * g.C, c, g.C);
        store16(g.spreads ? s * g.share * d : part_of(part, d), SAME_MEMORY(inside) + 16 * (i * N_ + j));
      }
    }
    NAME(transform_input)(SAME_MEMORY(inside), N_ * 16, 16, v + c, planeStride, isShared);
  }
}

// Y = A^T S A of one tile and 16 outputs, in the place of the first WINOGRAD_M * WINOGRAD_M of its sums. A function of its own,
// compiled once for all that becomes of Y.
WIDE static __attribute__((noinline)) void NAME(transform_output)(global float *sums, const int planeStride) {
  float16 between[WINOGRAD_M][N_];
#pragma unroll
  for (int j = 0; j < N_; j++) {
    float16 m[N_], y[WINOGRAD_M];
#pragma unroll
    for (int i = 0; i < N_; i++) m[i] = load16(sums + (size_t)(i * N_ + j) * planeStride);
    NAME(out_of_points)(m, y);
#pragma unroll
    for (int i = 0; i < WINOGRAD_M; i++) between[i][j] = y[i];
  }
#pragma unroll
  for (int i = 0; i < WINOGRAD_M; i++) {
    float16 y[WINOGRAD_M];
    NAME(out_of_points)(between[i], y);
#pragma unroll
    for (int j = 0; j < WINOGRAD_M; j++) store16(y[j], sums + (size_t)(i * WINOGRAD_M + j) * planeStride);
  }
}

#undef FIRST
#undef SECOND
