// The kernels of winograd.cl for one tile size: WINOGRAD_M is 2 or 4. Included once for each.
#define N_ (WINOGRAD_M + 2)
#define PLANES (N_ * N_)
#if WINOGRAD_M == 2
#define NAME(name) name##_2

// B^T d and A^T m along one axis; the points are 0, 1, -1, inf.
static inline __attribute__((always_inline)) void NAME(into_points)(const float16 *d, float16 *o) {
  o[0] = d[0] - d[2];
  o[1] = d[1] + d[2];
  o[2] = d[2] - d[1];
  o[3] = d[3] - d[1];
}

static inline __attribute__((always_inline)) void NAME(out_of_points)(const float16 *m, float16 *y) {
  y[0] = m[0] + m[1] + m[2];
  y[1] = m[1] - m[2] + m[3];
}
#else
#define NAME(name) name##_4

// The points are 0, a, -a, b, -b, inf with a = 5/8, b = 3/2; all constants are exact.
static inline __attribute__((always_inline)) void NAME(into_points)(const float16 *d, float16 *o) {
  const float16 a = 0.625f, b = 1.5f, aa = 0.390625f, bb = 2.25f, aabb = 0.87890625f, aa_bb = 2.640625f;
  const float16 p = fma(-bb, d[2], d[4]), q = fma(-bb, d[1], d[3]);
  const float16 r = fma(-aa, d[2], d[4]), s = fma(-aa, d[1], d[3]);
  o[0] = fma(aabb, d[0], fma(-aa_bb, d[2], d[4]));
  o[1] = fma(a, q, p);
  o[2] = fma(-a, q, p);
  o[3] = fma(b, s, r);
  o[4] = fma(-b, s, r);
  o[5] = fma(aabb, d[1], fma(-aa_bb, d[3], d[5]));
}

static inline __attribute__((always_inline)) void NAME(out_of_points)(const float16 *m, float16 *y) {
  const float16 a = 0.625f, b = 1.5f, aa = 0.390625f, bb = 2.25f, aaa = 0.244140625f, bbb = 3.375f;
  const float16 sumA = m[1] + m[2], differenceA = m[1] - m[2], sumB = m[3] + m[4], differenceB = m[3] - m[4];
  y[0] = m[0] + sumA + sumB;
  y[1] = fma(b, differenceB, a * differenceA);
  y[2] = fma(bb, sumB, aa * sumA);
  y[3] = fma(bbb, differenceB, fma(aaa, differenceA, m[5]));
}
#endif

// V[.][c ... c + 15] of the tile whose corner is (y0, x0): B^T d B. `v` is the tile's row, planes are `planeStride` apart.
static inline __attribute__((always_inline)) void NAME(transform_input)(const WinogradGeometry g, const int y0,
                                                                        const int x0, const int whole, const int c,
                                                                        global const float *image, const SignPart part,
                                                                        global float *v, const int planeStride) {
  float16 between[N_][N_];
  if (whole && c + 16 <= g.C) {
    global const float *corner = image + ((size_t)y0 * g.W + x0) * g.C + c;
#pragma unroll
    for (int j = 0; j < N_; j++) {
      float16 d[N_], o[N_];
#pragma unroll
      for (int i = 0; i < N_; i++) d[i] = load16(corner + ((size_t)i * g.W + j) * g.C);
      NAME(into_points)(d, o);
#pragma unroll
      for (int i = 0; i < N_; i++) between[i][j] = o[i];
    }
  } else {
#pragma unroll
    for (int j = 0; j < N_; j++) {
      float16 d[N_], o[N_];
      for (int i = 0; i < N_; i++) {
        const int h = y0 + i, w = x0 + j;
        const int inside = h >= 0 && h < g.H && w >= 0 && w < g.W;
        d[i] = inside ? part_of(part, load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C)) : (float16)0.0f;
      }
      NAME(into_points)(d, o);
#pragma unroll
      for (int i = 0; i < N_; i++) between[i][j] = o[i];
    }
  }
#pragma unroll
  for (int i = 0; i < N_; i++) {
    float16 o[N_];
    NAME(into_points)(between[i], o);
#pragma unroll
    for (int j = 0; j < N_; j++) store16(o[j], v + (size_t)(i * N_ + j) * planeStride + c);
  }
}

// All channels of one tile.
static inline __attribute__((always_inline)) void NAME(transform_tile)(const WinogradGeometry g, const int tile,
                                                                       global const float *x, const int xStride,
                                                                       const SignPart part, global float *v,
                                                                       const int planeStride) {
  const int tilesOfEntry = g.tilesY * g.tilesX, entry = tile / tilesOfEntry, place = tile % tilesOfEntry;
  const int y0 = place / g.tilesX * WINOGRAD_M - g.padTop, x0 = place % g.tilesX * WINOGRAD_M - g.padLeft;
  // Tiles inside the image are read without asking; part (1, 1) is the number itself.
  const int whole = part.positive == 1.0f && part.negative == 1.0f && y0 >= 0 && x0 >= 0 && y0 + N_ <= g.H && x0 + N_ <= g.W;
  // What the tile after the next reads beyond the next is on its way while these are transformed.
  if (whole && x0 + 2 * WINOGRAD_M + N_ <= g.W) {
    global const float *ahead = x + (size_t)entry * xStride + ((size_t)y0 * g.W + x0 + WINOGRAD_M + N_) * g.C;
#pragma unroll 1
    for (int i = 0; i < N_; i++)
#pragma unroll 1
      for (int c = 0; c < WINOGRAD_M * g.C; c += 16) __builtin_prefetch((const void *)(size_t)(ahead + (size_t)i * g.W * g.C + c));
  }
#pragma unroll 1
  for (int c = 0; c < g.C; c += 16)
    NAME(transform_input)(g, y0, x0, whole, c, x + (size_t)entry * xStride, part, v, planeStride);
}

// Y = A^T S A of the tile whose corner is (p0, q0) and 16 outputs, finished and stored.
static inline __attribute__((always_inline)) void NAME(transform_output)(const WinogradGeometry g, const int entry,
                                                                         const int p0, const int q0, const int k,
                                                                         global const float *sums,
                                                                         const int planeStride, const Epilogue e,
                                                                         const EpilogueArrays arrays) {
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
  for (int i = 0; i < WINOGRAD_M && p0 + i < g.P; i++) {
    float16 y[WINOGRAD_M];
    NAME(out_of_points)(between[i], y);
    for (int j = 0; j < WINOGRAD_M && q0 + j < g.Q; j++)
      finish(e, arrays, y[j], entry, ((size_t)(p0 + i) * g.Q + q0 + j) * g.K + k, k, g.K);
  }
}

// All tiles of a piece of work and one block of outputs, back from the points.
static inline __attribute__((always_inline)) void NAME(finish_tiles)(const WinogradGeometry g, const int first,
                                                                     const int tiles, const int k0, const int vectors,
                                                                     global const float *sums, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays) {
  const int tilesOfEntry = g.tilesY * g.tilesX;
#pragma unroll 1
  for (int t = 0; t < tiles; t++) {
    const int entry = (first + t) / tilesOfEntry, place = (first + t) % tilesOfEntry;
    const int p0 = place / g.tilesX * WINOGRAD_M, q0 = place % g.tilesX * WINOGRAD_M;
#pragma unroll 1
    for (int j = 0; j < vectors; j++)
      NAME(transform_output)(g, entry, p0, q0, k0 + 16 * j, sums + (size_t)t * 16 * vectors + 16 * j, sumsStride, e, arrays);
  }
}

// One block of filters with tiles first ... first + tiles - 1: all planes, then back.
static inline __attribute__((always_inline)) void NAME(multiply)(const WinogradGeometry g, const int block,
                                                                 const int first, const int tiles,
                                                                 global const float *v, const int planeStride,
                                                                 global const float *U, global float *sums,
                                                                 const Epilogue e, const EpilogueArrays arrays) {
  const int k0 = block * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - k0 + 15) / 16), columns = 16 * vectors;
  global const float *u = U + (size_t)block * PLANES * g.C * TILE_COLUMNS;
  const int sumsStride = (tiles + TILE_SLACK) * columns;
#pragma unroll 1
  for (int plane = 0; plane < PLANES; plane++) {
    global const float *a = v + (size_t)plane * planeStride, *b = u + (size_t)plane * g.C * columns;
    global float *m = sums + (size_t)plane * sumsStride;
    tiles_of(tiles, vectors, g.C, a, g.pitch, b, 0, m);
  }
  if (is_forward(e))
    NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, forward_epilogue(e), arrays);
  else if (is_plain(e))
    NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, plain_epilogue(e), arrays);
  else if (is_backward(e))
    NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, backward_epilogue(e), arrays);
  else
    NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, e, arrays);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_fused)(
    const WinogradGeometry g, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *U, local float *memory, global const float *bias, global const float *activation,
    global const float *relevance, global const float *denominator, global const float *gate,
    global const float *statistics, global float *kept, global float *target) {
  const EpilogueArrays arrays = {bias, activation, relevance, denominator, gate, statistics, kept, target};
  const int block = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (block < 0) return;
  const int planeStride = g.tilesAtOnce * g.pitch;
  global float *v = SAME_MEMORY(memory), *sums = v + (size_t)PLANES * planeStride;
  const int first = block * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
#pragma unroll 1
  for (int t = 0; t < tiles; t++)
    NAME(transform_tile)(g, first + t, x, xStride, part, v + (size_t)t * g.pitch, planeStride);
#pragma unroll 1
  for (int k = 0; k < g.K; k += TILE_COLUMNS)
    NAME(multiply)(g, k / TILE_COLUMNS, first, tiles, v, planeStride, U, sums, e, arrays);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_input)(
    const WinogradGeometry g, global const float *x, const int xStride, const SignPart part, global float *V) {
  const int tile = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (tile < 0) return;
  NAME(transform_tile)(g, tile, x, xStride, part, V + (size_t)tile * g.pitch, (g.tiles + TILE_SLACK) * g.pitch);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_sums)(
    const WinogradGeometry g, const Epilogue e, global const float *V, global const float *U, local float *memory,
    global const float *bias, global const float *activation, global const float *relevance,
    global const float *denominator, global const float *gate, global const float *statistics, global float *kept,
    global float *target) {
  const EpilogueArrays arrays = {bias, activation, relevance, denominator, gate, statistics, kept, target};
  const int work = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (work < 0) return;
  const int tileBlocks = (g.tiles + g.tilesAtOnce - 1) / g.tilesAtOnce;
  const int first = work % tileBlocks * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
  NAME(multiply)(g, work / tileBlocks, first, tiles, V + (size_t)first * g.pitch, (g.tiles + TILE_SLACK) * g.pitch, U,
                 SAME_MEMORY(memory), e, arrays);
}

#undef N_
#undef PLANES
#undef NAME
