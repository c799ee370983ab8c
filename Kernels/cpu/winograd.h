// The kernels of winograd.cl for one tile size: WINOGRAD_M is 2 or 4. Included once for each.
#define N_ (WINOGRAD_M + 2)
#define PLANES (N_ * N_)
#define PAIRS (N_ / 2)
#if WINOGRAD_M == 2
#define NAME(name) name##_2
#define PAIRS_AT_ONCE 2

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
#define NAME(name) name##_4
#define PAIRS_AT_ONCE 1

// The points are 0, a, -a, b, -b, inf with a = 5/8, b = 3/2; all constants are exact.
static inline __attribute__((always_inline)) void NAME(into_points)(const int pair, const float16 *d, float16 *first,
                                                                    float16 *second) {
  if (pair == 0) {  // 0, inf
    const float16 aabb = 0.87890625f, aa_bb = 2.640625f;
    *first = fma(aabb, d[0], fma(-aa_bb, d[2], d[4]));
    *second = fma(aabb, d[1], fma(-aa_bb, d[3], d[5]));
  } else {  // a, -a or b, -b
    const float16 point = pair == 1 ? 0.625f : 1.5f, other = pair == 1 ? 2.25f : 0.390625f;
    const float16 even = fma(-other, d[2], d[4]), odd = fma(-other, d[1], d[3]);
    *first = fma(point, odd, even);
    *second = fma(-point, odd, even);
  }
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

// The plane of a pair's first and second point.
#define FIRST(pair) ((pair) == 0 ? 0 : 2 * (pair)-1)
#define SECOND(pair) ((pair) == 0 ? N_ - 1 : 2 * (pair))

// V[.][c ... c + 15] of the tile whose corner is (y0, x0): B^T d B. `v` is the tile's row, planes are `planeStride` apart.
// Rows of points are made in pairs, as many at a time as stay in registers.
static inline __attribute__((always_inline)) void NAME(transform_input)(const WinogradGeometry g, const int y0,
                                                                        const int x0, const int whole, const int c,
                                                                        global const float *image, const SignPart part,
                                                                        global float *v, const int planeStride) {
  global const float *corner = image + ((ptrdiff_t)y0 * g.W + x0) * g.C + c;
  int rowStep = g.W * g.C, columnStep = g.C;
  float border[PLANES * 16];
  if (!whole) {
#pragma unroll 1
    for (int i = 0; i < PLANES; i++) {
      const int h = y0 + i / N_, w = x0 + i % N_, inside = h >= 0 && h < g.H && w >= 0 && w < g.W;
      const float16 d = inside ? part_of(part, load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C)) : (float16)0.0f;
      store16(d, SAME_MEMORY(border) + 16 * i);
    }
    corner = SAME_MEMORY(border), rowStep = N_ * 16, columnStep = 16;
  }
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
        store16(first, v + (size_t)(plane + FIRST(other)) * planeStride + c);
        store16(second, v + (size_t)(plane + SECOND(other)) * planeStride + c);
      }
    }
  }
}

// All channels of one tile.
static inline __attribute__((always_inline)) void NAME(transform_tile)(const WinogradGeometry g, const int tile,
                                                                       global const float *x, const int xStride,
                                                                       const SignPart part, global float *v,
                                                                       const int planeStride) {
  const TilePlace place = place_of(g, tile);
  const int y0 = place.y * WINOGRAD_M - g.padTop, x0 = place.x * WINOGRAD_M - g.padLeft;
  // Tiles inside the image are read where they are; part (1, 1) is the number itself. Lanes behind the last channel may
  // hold the next pixel's: their products are not asked for. But they must lie in the image.
  const int last = ((y0 + N_ - 1) * g.W + x0 + N_ - 1) * g.C + (g.C - 1) / 16 * 16;
  const int whole = part.positive == 1.0f && part.negative == 1.0f && y0 >= 0 && x0 >= 0 && y0 + N_ <= g.H &&
                    x0 + N_ <= g.W && last + 16 <= g.H * g.W * g.C;
#pragma unroll 1
  for (int c = 0; c < g.C; c += 16)
    NAME(transform_input)(g, y0, x0, whole, c, x + (size_t)place.entry * xStride, part, v, planeStride);
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

// All tiles of a piece of work and one block of outputs, back from the points.
static inline __attribute__((always_inline)) void NAME(finish_tiles)(const WinogradGeometry g, const int first,
                                                                     const int tiles, const int k0, const int vectors,
                                                                     global float *sums, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays,
                                                                     const FactorArrays f) {
#pragma unroll 1
  for (int t = 0; t < tiles; t++) {
    const TilePlace place = place_of(g, first + t);
    const FinishedEntry finished = finished_entry(e, arrays, place.entry);
    const int p0 = place.y * WINOGRAD_M, q0 = place.x * WINOGRAD_M;
#pragma unroll 1
    for (int v = 0; v < vectors; v++) {
      global float *y = sums + (size_t)t * 16 * vectors + 16 * v, *z = y + (size_t)PLANES * sumsStride;
      const int k = k0 + 16 * v;
      NAME(transform_output)(y, sumsStride);
      if (f.parameters.isMade) NAME(transform_output)(z, sumsStride);
#pragma unroll 1
      for (int i = 0; i < WINOGRAD_M && p0 + i < g.P; i++) {
#pragma unroll 1
        for (int j = 0; j < WINOGRAD_M && q0 + j < g.Q; j++) {
          const size_t index = ((size_t)(p0 + i) * g.Q + q0 + j) * g.K + k, at = (size_t)(i * WINOGRAD_M + j) * sumsStride;
          const float16 value = finish(e, arrays, load16(y + at), finished, index, k, g.K);
          if (f.parameters.isMade) finish_factor(f, value, load16(z + at), finished, index, k, g.K);
        }
      }
    }
  }
}

// What the epilogue of a tile reads, on its way into this core's cache.
static inline __attribute__((always_inline)) void NAME(expect_output)(const WinogradGeometry g, const int tile, const int k0,
                                                                      const int vectors, const Epilogue e,
                                                                      const EpilogueArrays arrays) {
  const TilePlace place = place_of(g, tile);
  if (place.entry % g.targets > 0) return;  // they read the same
  const FinishedEntry entry = finished_entry(e, arrays, place.entry);
  const int p0 = place.y * WINOGRAD_M, q0 = place.x * WINOGRAD_M;
#pragma unroll 1
  for (int i = 0; i < WINOGRAD_M && p0 + i < g.P; i++)
#pragma unroll 1
    for (int j = 0; j < WINOGRAD_M && q0 + j < g.Q; j++)
#pragma unroll 1
      for (int v = 0; v < vectors; v++) expect(e, arrays, entry, ((size_t)(p0 + i) * g.Q + q0 + j) * g.K + k0 + 16 * v);
}

// The part of a tile's input that its left neighbour has not read.
static inline __attribute__((always_inline)) void NAME(expect_input)(const WinogradGeometry g, const int tile,
                                                                     global const float *x, const int xStride) {
  const TilePlace place = place_of(g, tile);
  const int y0 = place.y * WINOGRAD_M - g.padTop, x0 = place.x * WINOGRAD_M - g.padLeft + 2;
  const int width = min(WINOGRAD_M, g.W - x0) * g.C;
#pragma unroll 1
  for (int h = max(y0, 0); h < min(y0 + N_, g.H); h++) {
    global const float *row = x + (size_t)place.entry * xStride + ((size_t)h * g.W + x0) * g.C;
#pragma unroll 1
    for (int c = 0; c < width; c += 16) __builtin_prefetch((const void *)(size_t)(row + c), 0, 2);
  }
}

// One block of filters with tiles first ... first + tiles - 1: all planes, of the second set of filters too where factors
// are made, then back. A tile of rows may end in the next plane's sums, which are made after it. Filters that stream from
// memory are asked for a plane ahead: behind the last plane the second set's, or what follows, the next block's.
static inline __attribute__((always_inline)) void NAME(multiply)(const WinogradGeometry g, const int block,
                                                                 const int first, const int tiles,
                                                                 global const float *v, const int planeStride,
                                                                 global const float *U, global const float *factorU,
                                                                 global float *sums, const Epilogue e,
                                                                 const EpilogueArrays arrays, const FactorArrays f,
                                                                 const int streams,
                                                                 const int next, const int nexts, global const float *x, const int xStride) {
  const int k0 = block * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - k0 + 15) / 16), columns = 16 * vectors;
  const int sumsStride = tiles * columns, sets = f.parameters.isMade ? 2 : 1;
#pragma unroll 1
  for (int run = 0; run < sets * PLANES; run++) {
    const int plane = run % PLANES;
    global const float *u = (run < PLANES ? U : factorU) + (size_t)block * PLANES * g.C * TILE_COLUMNS;
    global const float *a = v + (size_t)plane * planeStride, *b = u + (size_t)plane * g.C * columns;
    global float *m = sums + (size_t)run * sumsStride;
#pragma unroll 1
    for (int t = plane * tiles / PLANES; t < (plane + 1) * tiles / PLANES; t++) NAME(expect_output)(g, first + t, k0, vectors, e, arrays);
#pragma unroll 1
    for (int t = plane * nexts / PLANES; t < (plane + 1) * nexts / PLANES; t++) NAME(expect_input)(g, next + t, x, xStride);
    global const float *then = streams ? b + g.C * columns : b;
    if (streams && sets == 2 && run == PLANES - 1) then = factorU + (size_t)block * PLANES * g.C * TILE_COLUMNS;
    tiles_before(tiles, vectors, g.C, a, g.pitch, b, 0, m, then);
  }
#define FINISH(run, f) NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, run, arrays, f)
  // The usual runs of large layers; each costs compile time.
#if WINOGRAD_M == 4
  const FactorArrays none = factors_of(f, 0, 0);
  if (f.parameters.isMade && is_run(e, EPILOGUE_RECTIFY, 1) && f.parameters.biasMode == 1)
    FINISH(run_of(e, EPILOGUE_RECTIFY, 1), factors_of(f, 1, 1));
  else if (!f.parameters.isMade && is_run(e, EPILOGUE_RECTIFY, 1))
    FINISH(run_of(e, EPILOGUE_RECTIFY, 1), none);
  else if (is_run(e, EPILOGUE_PRODUCT, 0))
    FINISH(run_of(e, EPILOGUE_PRODUCT, 0), none);
  else if (is_run(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0))
    FINISH(run_of(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0), none);
  else
#endif
    FINISH(e, f);
#undef FINISH
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_fused)(
    const WinogradGeometry g, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *U, const FactorParameters factor, global const float *factorU, global const float *factorBias,
    global float *factors, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const FactorArrays f = {factor, factorBias, factors};
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
    NAME(multiply)(g, k / TILE_COLUMNS, first, tiles, v, planeStride, U, factorU, sums, e, arrays, f, 0,
      first + tiles, k + TILE_COLUMNS < g.K ? 0 : min(g.tilesAtOnce, g.tiles - first - tiles), x, xStride);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_input)(
    const WinogradGeometry g, const int start, global const float *x, const int xStride, const SignPart part,
    global float *V) {
  const int tile = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (tile < 0) return;
  NAME(transform_tile)(g, start + tile, x, xStride, part, V + (size_t)tile * g.pitch, (g.tiles + TILE_SLACK) * g.pitch);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_sums)(
    const WinogradGeometry g, const Epilogue e, const int start, global const float *V, global const float *U,
    const FactorParameters factor, global const float *factorU, global const float *factorBias, global float *factors,
    local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const FactorArrays f = {factor, factorBias, factors};
  const int work = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (work < 0) return;
  const int tileBlocks = (g.tiles + g.tilesAtOnce - 1) / g.tilesAtOnce;
  const int first = work % tileBlocks * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
  NAME(multiply)(g, work / tileBlocks, start + first, tiles, V + (size_t)first * g.pitch,
                 (g.tiles + TILE_SLACK) * g.pitch, U, factorU, SAME_MEMORY(memory), e, arrays, f, 1, 0, 0, V, 0);
}

#undef FIRST
#undef SECOND
#undef PAIRS
#undef PAIRS_AT_ONCE
#undef N_
#undef PLANES
#undef NAME
