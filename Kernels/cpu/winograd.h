// The kernels of winograd.cl for one tile size: WINOGRAD_M is 2 or 4. Included once for each.
#define N_ (WINOGRAD_M + 2)
#define PLANES (N_ * N_)
#define PAIRS (N_ / 2)
#if WINOGRAD_M == 2
#define NAME(name) name##_2
#define PAIRS_AT_ONCE 2
#else
#define NAME(name) name##_4
#define PAIRS_AT_ONCE 1
#endif

#include "cpu/winograd_transforms.h"

// The outputs of one tile and a vector of channels, all of which exist; with `isInner` what is added to z is that of `inner` for all
// of them; with `keeps` they take their sums' place, with `masks`
// their factors take that of the second set's.
static inline __attribute__((always_inline)) void NAME(finish_whole)(const WinogradGeometry g, const size_t index, const int k,
                                                                     global float *y, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays,
                                                                     const FinishedEntry entry, const int isInner,
                                                                     const size_t inner, const FactorArrays f,
                                                                     const int keeps, const int masks) {
#pragma unroll 1
  for (int i = 0; i < WINOGRAD_M; i++) {
    const size_t row = index + (size_t)i * g.Q * g.K;
#pragma unroll
    for (int j = 0; j < WINOGRAD_M; j++) {
      global float *sum = y + (size_t)(i * WINOGRAD_M + j) * sumsStride;
      const size_t at = row + (size_t)j * g.K;
      const float16 value = finish_lanes(e, arrays, load16(sum), entry, at, isInner ? inner : at, k, g.K, 1);
      if (keeps) store16(value, sum);
      if (!f.parameters.isMade) continue;
      global float *second = sum + (size_t)PLANES * sumsStride;
      if (masks) store16(factor_of(f, value, load16(second), at, k, g.K, 1), second);
      else finish_factor(f, value, load16(second), entry, at, k, g.K, 1);
    }
  }
}

// The windows of one tile and a vector of channels, of the outputs that lie in their sums' place: maxima, and their factors.
// With `masks` the outputs' own factors too, which lie in the place of the second set's sums: those of the winners.
static inline __attribute__((always_inline)) void NAME(pool_tile)(const WinogradGeometry g, const PoolingArrays pooling,
                                                                  global float *winners, const TilePlace place, const int k,
                                                                  global const float *y, const int sumsStride) {
  const int P = g.P / 2, Q = g.Q / 2, masks = pooling.parameters.masks;
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
          best = larger_of(best, value);
          rowSum += value;
        }
        sum += rowSum;
      }
      const size_t at = (((size_t)place.entry * P + p) * Q + q) * g.K + k;
      store_past_cache(best, pooling.maxima, at, at - k + g.K, 0);
      int16 isTaken = 0;
#pragma unroll
      for (int pixel = 0; pixel < 4 && masks; pixel++) {
        const int r = pixel / 2, s = pixel % 2;
        global const float *own = y + (size_t)((2 * i + r) * WINOGRAD_M + 2 * j + s) * sumsStride;
        const int16 wins = (load16(own) == best) & ~isTaken;
        isTaken |= wins;
        const float16 factor = load16(own + (size_t)PLANES * sumsStride), none = 0.0f;
        const size_t to = (((size_t)place.entry * g.P + 2 * p + r) * g.Q + 2 * q + s) * g.K + k;
        store_past_cache(wins ? factor : none, winners, to, to - k + g.K, 0);
      }
      const FactorParameters f = pooling.parameters.factor;
      if (!f.isMade) continue;
      const float16 factor = stabilized_quotient(best, sum / 4.0f, f.stabilizer.epsilon, f.stabilizer.mode);
      store_past_cache(factor, pooling.factors, at, at - k + g.K, 0);
    }
  }
}

// All tiles of a piece of work and one block of outputs, back from the points. What the next tile's epilogue reads comes closer
// meanwhile: what was asked for while products were made has often left the second cache again.
static inline __attribute__((always_inline)) void NAME(finish_tiles)(const WinogradGeometry g, const int first,
                                                                     const int tiles, const int k0, const int vectors,
                                                                     global float *sums, const int sumsStride,
                                                                     const Epilogue e, const EpilogueArrays arrays,
                                                                     const FactorArrays f, const PoolingArrays pooling) {
  const int pools = pooling.parameters.isMade, masks = pooling.parameters.masks, made = f.parameters.isMade;
  enum { OTHER, RECTIFIED, WITH_FACTOR, KEPT, PRODUCT, NEXT_QUOTIENT } usual = OTHER;
  if (is_whole(g.K, arrays.target) && (!made || is_whole(g.K, f.target))) {
    if (is_run(e, EPILOGUE_RECTIFY, 1)) usual = !made ? RECTIFIED : f.parameters.biasMode == 1 ? WITH_FACTOR : OTHER;
    if (is_run(e, EPILOGUE_KEEP | EPILOGUE_RECTIFY, 1) && !made) usual = KEPT;
    if (is_run(e, EPILOGUE_PRODUCT, 0)) usual = PRODUCT;
    if (is_run(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0)) usual = NEXT_QUOTIENT;
  }
  TiledArray read[3];
  const int reads = arrays_read(e, arrays, g, WINOGRAD_M, read);
  TilePlace place = place_of(g, first), then = place;
#pragma unroll 1
  for (int t = 0; t < tiles; t++, place = then) {
    then = place_after(g, place);
    if (t + 1 < tiles) expect_output(g, WINOGRAD_M, then, k0, vectors, read, reads, 1);
    const FinishedEntry entry = finished_entry(e, arrays, place.entry);
    const int p0 = place.y * WINOGRAD_M, q0 = place.x * WINOGRAD_M;
    const int isWhole = usual != OTHER && p0 + WINOGRAD_M <= g.P && q0 + WINOGRAD_M <= g.Q;
    // Whether what is added to z is the same at all of its pixels, and where it can be read.
    const int border = e.shiftBorder, isInner = border >= 0 && p0 >= border && p0 + WINOGRAD_M <= g.P - border &&
                                                q0 >= border && q0 + WINOGRAD_M <= g.Q - border;
    const size_t inner = isInner ? ((size_t)border * g.Q + border) * g.K : 0;
#pragma unroll 1
    for (int v = 0; v < vectors; v++) {
      global float *y = sums + (size_t)t * 16 * vectors + 16 * v, *z = y + (size_t)PLANES * sumsStride;
      const int k = k0 + 16 * v;
      const size_t index = ((size_t)p0 * g.Q + q0) * g.K + k;
      NAME(transform_output)(y, sumsStride);
      if (made) NAME(transform_output)(z, sumsStride);
      // The usual runs with their flags as constants; each costs compile time.
#define FINISH(steps, biasMode, isInner, f, keeps, masks)                                                                    \
  NAME(finish_whole)(g, index, k, y, sumsStride, run_of(e, steps, biasMode), arrays, entry, isInner, inner + k, f, keeps, \
                     masks)
      if (isWhole) {
        if (usual == RECTIFIED) FINISH(EPILOGUE_RECTIFY, 1, 0, factors_of(f, 0, 0), pools, 0);
        if (usual == WITH_FACTOR) FINISH(EPILOGUE_RECTIFY, 1, 0, factors_of(f, 1, 1), pools, masks);
        if (usual == KEPT) FINISH(EPILOGUE_KEEP | EPILOGUE_RECTIFY, 1, 0, factors_of(f, 0, 0), pools, 0);
        if (usual == PRODUCT) FINISH(EPILOGUE_PRODUCT, 0, 0, factors_of(f, 0, 0), 0, 0);
        if (usual == NEXT_QUOTIENT) FINISH(EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0, isInner, factors_of(f, 0, 0), 0, 0);
        if (pools) NAME(pool_tile)(g, pooling, f.target, place, k, y, sumsStride);
        continue;
      }
#undef FINISH
#pragma unroll 1
      for (int i = 0; i < WINOGRAD_M && p0 + i < g.P; i++) {
#pragma unroll 1
        for (int j = 0; j < WINOGRAD_M && q0 + j < g.Q; j++) {
          const size_t at = index + ((size_t)i * g.Q + j) * g.K, sum = (size_t)(i * WINOGRAD_M + j) * sumsStride;
          const float16 value = finish_lanes(e, arrays, load16(y + sum), entry, at, at, k, g.K, 0);
          if (made && masks) store16(factor_of(f, value, load16(z + sum), at, k, g.K, 0), z + sum);
          else if (made) finish_factor(f, value, load16(z + sum), entry, at, k, g.K, 0);
          // Behind the last window.
          if (masks && ((p0 + i) / 2 >= g.P / 2 || (q0 + j) / 2 >= g.Q / 2))
            store_past_cache((float16)0.0f, f.target, entry.own + at, entry.own + at - k + g.K, 0);
          if (pools) store16(value, y + sum);
        }
      }
      if (pools) NAME(pool_tile)(g, pooling, f.target, place, k, y, sumsStride);
    }
  }
}

// One block of filters with tiles first ... first + tiles - 1: all planes, of the second set of filters too where factors
// are made, then back. A tile of rows may end in the next plane's sums, which are made after it. Where filters stream from
// memory (`streams`), and of what `nexts` tiles `from` are: winograd_ahead.h.
static inline __attribute__((always_inline)) void NAME(multiply)(
    const WinogradGeometry g, const int block, const int first, const int tiles, global const float *v, const int planeStride,
    global const float *U, global const float *factorU, global float *sums, const Epilogue e, const EpilogueArrays arrays,
    const FactorArrays f, const PoolingArrays pooling, const int streams, const int nexts, const TileInput from) {
  const int k0 = block * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - k0 + 15) / 16), columns = 16 * vectors;
  const int sumsStride = tiles * columns, products = PLANES * (f.parameters.isMade ? 2 : 1);
  const size_t ofBlock = (size_t)block * PLANES * g.C * TILE_COLUMNS;
  TiledArray read[3];
  Ahead ahead = ahead_of(g, WINOGRAD_M, block, first, tiles, products, e, arrays, streams, nexts, from, read);
#pragma unroll 1
  for (int product = 0; product < products; product++) {
    const int plane = product % PLANES;
    global const float *a = v + (size_t)plane * planeStride;
    global const float *b = (product < PLANES ? U : factorU) + ofBlock + (size_t)plane * g.C * columns;
    Awaited then = {b, 0};
    if (streams) {
      expect_outputs(g, WINOGRAD_M, read, &ahead, (product + 1) * tiles / products, k0, vectors);
      then.from = product == PLANES - 1 && products > PLANES ? factorU + ofBlock : b + g.C * columns;
      then.count = asked_ahead(tiles, g.C * columns);
    } else {
      then = next_row(g, WINOGRAD_M, read, &ahead, then);
    }
    tiles_before(tiles, vectors, g.C, a, g.pitch, streams, b, 0, sums + (size_t)product * sumsStride, then.from, then.count);
  }
  NAME(finish_tiles)(g, first, tiles, k0, vectors, sums, sumsStride, e, arrays, f, pooling);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_fused)(
    const WinogradGeometry g, const Epilogue e, global const float *x, const int xStride, const SignPart part,
    global const float *windows, global const float *U, const FactorParameters factor, global const float *factorU,
    global const float *factorBias, global float *factors, const PoolingParameters pooling, global float *maxima,
    global float *poolingFactors, local float *memory, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const FactorArrays f = {factor, factorBias, factors};
  const PoolingArrays pooled = {pooling, maxima, poolingFactors};
  const int block = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (block < 0) return;
  const TileInput input = {x, xStride, part, windows};
  const int planeStride = g.tilesAtOnce * g.pitch;
  global float *v = SAME_MEMORY(memory), *sums = v + (size_t)PLANES * planeStride;
  const int first = block * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
  TilePlace place = place_of(g, first);
#pragma unroll 1
  for (int t = 0; t < tiles; t++, place = place_after(g, place))
    NAME(transform_tile)(g, place, input, v + (size_t)t * g.pitch, planeStride, 0, 0);
#pragma unroll 1
  for (int k = 0; k < g.K; k += TILE_COLUMNS)
    NAME(multiply)(g, k / TILE_COLUMNS, first, tiles, v, planeStride, U, factorU, sums, e, arrays, f, pooled, 0,
                   k + TILE_COLUMNS < g.K ? 0 : min(g.tilesAtOnce, g.tiles - first - tiles), input);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void NAME(winograd_input)(
    const WinogradGeometry g, const int start, global const float *x, const int xStride, const SignPart part,
    global const float *windows, global float *V) {
  const int tile = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (tile < 0) return;
  const TileInput input = {x, xStride, part, windows};
  NAME(transform_tile)(g, place_of(g, start + tile), input, V + (size_t)tile * g.pitch, (g.tiles + TILE_SLACK) * g.pitch, 1,
                       tile + 1 < g.tiles);
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
  const TileInput none = {V, 0, {1.0f, 1.0f, 1.0f}, V};
  const int tileBlocks = (g.tiles + g.tilesAtOnce - 1) / g.tilesAtOnce;
  const int first = work % tileBlocks * g.tilesAtOnce, tiles = min(g.tilesAtOnce, g.tiles - first);
  NAME(multiply)(g, work / tileBlocks, start + first, tiles, V + (size_t)first * g.pitch,
                 (g.tiles + TILE_SLACK) * g.pitch, U, factorU, SAME_MEMORY(memory), e, arrays, f, pooled, 1, 0, none);
}

#undef PAIRS
#undef PAIRS_AT_ONCE
#undef N_
#undef PLANES
#undef NAME
