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

// V[.][c ... c + 15] of the tile whose corner is given, its rows `rowStep` and its pixels `columnStep` apart: B^T d B. `v` is
// the tile's row, planes are `planeStride` apart. Rows of points are made in pairs, as many at a time as stay in registers.
static inline __attribute__((always_inline)) void NAME(transform_input)(global const float *corner, const int rowStep,
                                                                        const int columnStep, global float *v,
                                                                        const int planeStride) {
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
        store16(first, v + (size_t)(plane + FIRST(other)) * planeStride);
        store16(second, v + (size_t)(plane + SECOND(other)) * planeStride);
      }
    }
  }
}

// A vector of a tile's pixels, less the two columns that its left neighbour has read, and of its points.
static inline __attribute__((always_inline)) void NAME(expect_next)(global const float *corner, const int rowStep,
                                                                    const int columnStep, global float *v,
                                                                    const int planeStride) {
#pragma unroll
  for (int i = 0; i < N_; i++) {
#pragma unroll
    for (int j = 2; j < N_; j++) EXPECT_ROWS(corner + (ptrdiff_t)i * rowStep + j * columnStep);
  }
#pragma unroll
  for (int plane = 0; plane < PLANES; plane++) EXPECT_WRITING(v + (size_t)plane * planeStride);
}

// All channels of one tile. With `asks` the input of the tile to the right is on its way, and the lines that are written next.
static inline __attribute__((always_inline)) void NAME(transform_tile)(const WinogradGeometry g, const int tile,
                                                                       global const float *x, const int xStride,
                                                                       const SignPart part, global float *v,
                                                                       const int planeStride, const int asks) {
  const TilePlace place = place_of(g, tile);
  const int y0 = place.y * WINOGRAD_M - g.padTop, x0 = place.x * WINOGRAD_M - g.padLeft;
  global const float *corner = x + (size_t)place.entry * xStride + ((ptrdiff_t)y0 * g.W + x0) * g.C;
  // Tiles inside the image are read where they are; part (1, 1) is the number itself. Lanes behind the last channel may
  // hold the next pixel's: their products are not asked for. But they must lie in the image.
  const int last = ((y0 + N_ - 1) * g.W + x0 + N_ - 1) * g.C + (g.C - 1) / 16 * 16;
  const int plain = part.positive == 1.0f && part.negative == 1.0f;
  if (plain && y0 >= 0 && x0 >= 0 && y0 + N_ <= g.H && x0 + N_ <= g.W && last + 16 <= g.H * g.W * g.C) {
#pragma unroll 1
    for (int c = 0; c < g.C; c += 16) {
      if (asks) NAME(expect_next)(corner + (ptrdiff_t)WINOGRAD_M * g.C + c, g.W * g.C, g.C, v + c + 16, planeStride);
      NAME(transform_input)(corner + c, g.W * g.C, g.C, v + c, planeStride);
    }
    return;
  }
  // What is inside, within zeros.
  const int fromRow = max(-y0, 0), toRow = min(N_, g.H - y0), fromColumn = max(-x0, 0), toColumn = min(N_, g.W - x0);
  float inside[PLANES * 16];
  for (int i = 0; i < PLANES * 16; i++) inside[i] = 0.0f;
#pragma unroll 1
  for (int c = 0; c < g.C; c += 16) {
#pragma unroll 1
    for (int i = fromRow; i < toRow; i++) {
#pragma unroll 1
      for (int j = fromColumn; j < toColumn; j++) {
        const float16 d = load_lanes(corner + ((ptrdiff_t)i * g.W + j) * g.C, c, g.C);
        store16(plain ? d : part_of(part, d), SAME_MEMORY(inside) + 16 * (i * N_ + j));
      }
    }
    NAME(transform_input)(SAME_MEMORY(inside), N_ * 16, 16, v + c, planeStride);
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

// The outputs of one tile and a vector of channels, all of which exist; with `keeps` they take their sums' place.
static inline __attribute__((always_inline)) void NAME(finish_whole)(const WinogradGeometry g, const size_t index, const int k,
                                                                     global float *y, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays,
                                                                     const FinishedEntry entry, const FactorArrays f,
                                                                     const int keeps) {
#pragma unroll 1
  for (int i = 0; i < WINOGRAD_M; i++) {
    const size_t row = index + (size_t)i * g.Q * g.K;
#pragma unroll
    for (int j = 0; j < WINOGRAD_M; j++) {
      global float *sum = y + (size_t)(i * WINOGRAD_M + j) * sumsStride;
      const float16 value = finish_lanes(e, arrays, load16(sum), entry, row + (size_t)j * g.K, k, g.K, 1);
      if (keeps) store16(value, sum);
      if (f.parameters.isMade)
        finish_factor(f, value, load16(sum + (size_t)PLANES * sumsStride), entry, row + (size_t)j * g.K, k, g.K, 1);
    }
  }
}

// The windows of one tile and a vector of channels, of the outputs that lie in their sums' place: maxima, and their factors.
static inline __attribute__((always_inline)) void NAME(pool_tile)(const WinogradGeometry g, const PoolingArrays pooling,
                                                                  const TilePlace place, const int k, global const float *y,
                                                                  const int sumsStride) {
  const int P = g.P / 2, Q = g.Q / 2;
#pragma unroll 1
  for (int i = 0; i < WINOGRAD_M / 2; i++) {
#pragma unroll 1
    for (int j = 0; j < WINOGRAD_M / 2; j++) {
      const int p = place.y * (WINOGRAD_M / 2) + i, q = place.x * (WINOGRAD_M / 2) + j;
      if (p >= P || q >= Q) continue;
      float16 best = -INFINITY, sum = 0.0f;
#pragma unroll
      for (int r = 0; r < 2; r++) {
        float16 rowSum = 0.0f;
#pragma unroll
        for (int s = 0; s < 2; s++) {
          const float16 value = load16(y + (size_t)((2 * i + r) * WINOGRAD_M + 2 * j + s) * sumsStride);
          best = value <= best ? best : value;  // NaN is taken, and seen
          rowSum += value;
        }
        sum += rowSum;
      }
      const size_t at = (((size_t)place.entry * P + p) * Q + q) * g.K + k;
      store_past_cache(best, pooling.maxima, at, at - k + g.K, 0);
      const FactorParameters f = pooling.parameters.factor;
      if (!f.isMade) continue;
      const float16 factor = stabilized_quotient(best, sum / 4.0f, f.stabilizer.epsilon, f.stabilizer.mode);
      store_past_cache(factor, pooling.factors, at, at - k + g.K, 0);
    }
  }
}

// All tiles of a piece of work and one block of outputs, back from the points.
static inline __attribute__((always_inline)) void NAME(finish_tiles)(const WinogradGeometry g, const int first,
                                                                     const int tiles, const int k0, const int vectors,
                                                                     global float *sums, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays,
                                                                     const FactorArrays f, const PoolingArrays pooling) {
  const int pools = pooling.parameters.isMade;
  const int made = f.parameters.isMade;
  enum { OTHER, RECTIFIED, WITH_FACTOR, PRODUCT, NEXT_QUOTIENT } usual = OTHER;
#if WINOGRAD_M == 4
  if (is_whole(g.K, arrays.target) && (!made || is_whole(g.K, f.target))) {
    if (is_run(e, EPILOGUE_RECTIFY, 1)) usual = !made ? RECTIFIED : f.parameters.biasMode == 1 ? WITH_FACTOR : OTHER;
    if (is_run(e, EPILOGUE_PRODUCT, 0)) usual = PRODUCT;
    if (is_run(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0)) usual = NEXT_QUOTIENT;
  }
#endif
#pragma unroll 1
  for (int t = 0; t < tiles; t++) {
    const TilePlace place = place_of(g, first + t);
    const FinishedEntry entry = finished_entry(e, arrays, place.entry);
    const int p0 = place.y * WINOGRAD_M, q0 = place.x * WINOGRAD_M;
    const int isWhole = usual != OTHER && p0 + WINOGRAD_M <= g.P && q0 + WINOGRAD_M <= g.Q;
#pragma unroll 1
    for (int v = 0; v < vectors; v++) {
      global float *y = sums + (size_t)t * 16 * vectors + 16 * v, *z = y + (size_t)PLANES * sumsStride;
      const int k = k0 + 16 * v;
      const size_t index = ((size_t)p0 * g.Q + q0) * g.K + k;
      NAME(transform_output)(y, sumsStride);
      if (made) NAME(transform_output)(z, sumsStride);
#if WINOGRAD_M == 4
      // The usual runs of large layers with their flags as constants; each costs compile time.
#define FINISH(steps, biasMode, f, keeps) \
  NAME(finish_whole)(g, index, k, y, sumsStride, run_of(e, steps, biasMode), arrays, entry, f, keeps)
      if (isWhole) {
        if (usual == RECTIFIED) FINISH(EPILOGUE_RECTIFY, 1, factors_of(f, 0, 0), pools);
        if (usual == WITH_FACTOR) FINISH(EPILOGUE_RECTIFY, 1, factors_of(f, 1, 1), pools);
        if (usual == PRODUCT) FINISH(EPILOGUE_PRODUCT, 0, factors_of(f, 0, 0), 0);
        if (usual == NEXT_QUOTIENT) FINISH(EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0, factors_of(f, 0, 0), 0);
        if (pools) NAME(pool_tile)(g, pooling, place, k, y, sumsStride);
        continue;
      }
#undef FINISH
#endif
#pragma unroll 1
      for (int i = 0; i < WINOGRAD_M && p0 + i < g.P; i++) {
#pragma unroll 1
        for (int j = 0; j < WINOGRAD_M && q0 + j < g.Q; j++) {
          const size_t at = index + ((size_t)i * g.Q + j) * g.K, sum = (size_t)(i * WINOGRAD_M + j) * sumsStride;
          const float16 value = finish_lanes(e, arrays, load16(y + sum), entry, at, k, g.K, 0);
          if (made) finish_factor(f, value, load16(z + sum), entry, at, k, g.K, 0);
          if (pools) store16(value, y + sum);
        }
      }
      if (pools) NAME(pool_tile)(g, pooling, place, k, y, sumsStride);
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

// What product number `run` of `runs` asks for, so that all of them ask for the pixels of `tiles` tiles from `first` on in
// `count` arrays: one row of several tiles side by side in one array. `none` where nothing is left.
static inline __attribute__((always_inline)) Awaited NAME(awaited)(const WinogradGeometry g, const TiledArray *arrays,
                                                                   const int count, const int first, const int tiles,
                                                                   const int run, const int runs, const Awaited none) {
  if (count == 0) return none;
  const int rows = arrays[0].rows * count, together = (tiles * rows + runs - 1) / runs;
  const int tile = run / rows * together, row = run % rows;
  if (tile >= tiles) return none;
  const TiledArray array = arrays[row / arrays[0].rows];
  const TilePlace place = place_of(g, first + tile);
  const int y = place.y * WINOGRAD_M + array.top + row % array.rows, x = place.x * WINOGRAD_M + array.left;
  const size_t pixel = (size_t)max(y, 0) * array.width + max(x, 0);
  const Awaited result = {array.numbers + place.entry / array.sharing * array.entry + pixel * array.channels,
                          together * WINOGRAD_M * array.channels};
  return result;
}

// One block of filters with tiles first ... first + tiles - 1: all planes, of the second set of filters too where factors
// are made, then back. A tile of rows may end in the next plane's sums, which are made after it.
// Meanwhile memory works. Where filters stream from it, they are asked for a plane ahead: behind the last plane the second
// set's, or what follows, the next block's. Where they stay in a cache, the first block's products ask for what the epilogues
// of all blocks read, the last one's for the input of the `nexts` tiles that come after these.
static inline __attribute__((always_inline)) void NAME(multiply)(
    const WinogradGeometry g, const int block, const int first, const int tiles, global const float *v, const int planeStride,
    global const float *U, global const float *factorU, global float *sums, const Epilogue e, const EpilogueArrays arrays,
    const FactorArrays f, const PoolingArrays pooling, const int streams, const int nexts, global const float *x, const int xStride) {
  const int k0 = block * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - k0 + 15) / 16), columns = 16 * vectors;
  const int sumsStride = tiles * columns, sets = f.parameters.isMade ? 2 : 1, runs = sets * PLANES;
  const TiledArray input = {x, xStride, 1, g.W, g.C, -g.padTop, -g.padLeft, N_};
  TiledArray read[3] = {input};
  const int reads = nexts > 0 ? 1 : block == 0 ? arrays_read(e, arrays, g, WINOGRAD_M, read) : 0;
  const int ahead = nexts > 0 ? tiles : 0;
#pragma unroll 1
  for (int run = 0; run < runs; run++) {
    const int plane = run % PLANES;
    global const float *u = (run < PLANES ? U : factorU) + (size_t)block * PLANES * g.C * TILE_COLUMNS;
    global const float *a = v + (size_t)plane * planeStride, *b = u + (size_t)plane * g.C * columns;
    global float *m = sums + (size_t)run * sumsStride;
    Awaited then = {b, 0};
    if (streams) {
#pragma unroll 1
      for (int t = plane * tiles / PLANES; t < (plane + 1) * tiles / PLANES; t++)
        NAME(expect_output)(g, first + t, k0, vectors, e, arrays);
      then.from = sets == 2 && run == PLANES - 1 ? factorU + (size_t)block * PLANES * g.C * TILE_COLUMNS : b + g.C * columns;
      then.count = g.C * columns;
    } else {
      then = NAME(awaited)(g, read, reads, first + ahead, nexts > 0 ? nexts : tiles, run, runs, then);
    }
    tiles_before(tiles, vectors, g.C, a, g.pitch, b, 0, m, then.from, then.count);
  }
  NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, e, arrays, f, pooling);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_fused)(
    const WinogradGeometry g, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *U, const FactorParameters factor, global const float *factorU, global const float *factorBias,
    global float *factors, const PoolingParameters pooling, global float *maxima, global float *poolingFactors,
    local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const FactorArrays f = {factor, factorBias, factors};
  const PoolingArrays pooled = {pooling, maxima, poolingFactors};
  const int block = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (block < 0) return;
  const int planeStride = g.tilesAtOnce * g.pitch;
  global float *v = SAME_MEMORY(memory), *sums = v + (size_t)PLANES * planeStride;
  const int first = block * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
#pragma unroll 1
  for (int t = 0; t < tiles; t++)
    NAME(transform_tile)(g, first + t, x, xStride, part, v + (size_t)t * g.pitch, planeStride, 0);
#pragma unroll 1
  for (int k = 0; k < g.K; k += TILE_COLUMNS)
    NAME(multiply)(g, k / TILE_COLUMNS, first, tiles, v, planeStride, U, factorU, sums, e, arrays, f, pooled, 0,
                   k + TILE_COLUMNS < g.K ? 0 : min(g.tilesAtOnce, g.tiles - first - tiles), x, xStride);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_input)(
    const WinogradGeometry g, const int start, global const float *x, const int xStride, const SignPart part,
    global float *V) {
  const int tile = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (tile < 0) return;
  NAME(transform_tile)(g, start + tile, x, xStride, part, V + (size_t)tile * g.pitch, (g.tiles + TILE_SLACK) * g.pitch, 1);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_sums)(
    const WinogradGeometry g, const Epilogue e, const int start, global const float *V, global const float *U,
    const FactorParameters factor, global const float *factorU, global const float *factorBias, global float *factors,
    const PoolingParameters pooling, global float *maxima, global float *poolingFactors, local float *memory,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const FactorArrays f = {factor, factorBias, factors};
  const PoolingArrays pooled = {pooling, maxima, poolingFactors};
  const int work = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (work < 0) return;
  const int tileBlocks = (g.tiles + g.tilesAtOnce - 1) / g.tilesAtOnce;
  const int first = work % tileBlocks * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
  NAME(multiply)(g, work / tileBlocks, start + first, tiles, V + (size_t)first * g.pitch,
                 (g.tiles + TILE_SLACK) * g.pitch, U, factorU, SAME_MEMORY(memory), e, arrays, f, pooled, 1, 0, V, 0);
}

#undef FIRST
#undef SECOND
#undef PAIRS
#undef PAIRS_AT_ONCE
#undef N_
#undef PLANES
#undef NAME
