// 3 x 3 convolution of stride 1 by Winograd's algorithm, with the steps of LRP around it, for CPUs.
//
//   Y = A^T [ sum_c (G g_kc G^T) . (B^T d_c B) ] A          (Lavin and Gray 2015, equation 12)
//
// An output tile of M x M comes from an input tile of N x N, N = M + 2, by N * N products a channel instead of 9 M * M:
// F(2x2) saves 2.25, F(4x4) 4 of every multiplications. F(2x2) uses the points 0, +-1, inf; F(4x4) 0, +-5/8, +-3/2, inf,
// whose error is less than half of that of 0, +-1, +-2, inf at the same cost (Documentation/Performance.md).
// It is step 1 of LRP and, with the filters turned round and their channel axes swapped, step 3.
//
// A max pooling of 2 x 2 windows behind it is taken of each tile's outputs while they are at hand; with f = maximum / stab(mean)
// where the backward pass treats it as an average. maxima, poolingFactors [entries][P/2,Q/2,K]. Where it sends all to the winner,
// the first of a window's largest, f of the convolution's other outputs is 0 (`masks`).
//
// Behind such a pooling step 3 is of f * s * share, where x is f of each image and `windows` s of the pooling [entries][H/2,W/2,C],
// share 1 / 4 of an average and 1 of winners: formed as a tile is read (`spreads`), it needs no memory.
//
// x [entries][H,W,C] with xStride elements an entry (0: one for the whole batch), outputs [entries][P,Q,K].
// U: packed filters, for every block of TILE_COLUMNS outputs [N*N][C][columns], see filters.cl.
// V: transformed input [N*N][tiles][pitch]; S: sums [N*N][tiles][columns].
//
//   winograd_fused   a work-item transforms a few tiles, multiplies them with all filters, transforms back, again and
//                    again; its V and S stay in its core's cache. For large images.
//   winograd_input   transforms tiles, from number `start` on as many as stay in a cache that cores share;
//   winograd_sums    then a work-item takes one block of filters and a block of tiles. For many channels and few tiles,
//                    where the filters are most of the traffic and are read once; the next plane's come while this one's
//                    are multiplied.
//
// Grid (pieces of work + TILE_IDLE_GROUPS) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// Where a tile lies: in which entry, which is a target of an image, and in which row and column of tiles.
typedef struct {
  int entry, image, target, y, x;
} TilePlace;

// A few tiles side by side come once for each target of an image, then the next few of their row: a core reads the same
// activations and denominators for each, and what lies side by side in memory is read so.
static inline __attribute__((always_inline)) TilePlace place_of(const WinogradGeometry g, const int tile) {
  const int row = tile / (g.tilesX * g.targets), at = tile % (g.tilesX * g.targets), image = row / g.tilesY;
  const int firstX = at / (TILE_ROWS * g.targets) * TILE_ROWS, width = min(TILE_ROWS, g.tilesX - firstX);
  const int number = at - firstX * g.targets;
  const int target = number / width;
  const TilePlace result = {image * g.targets + target, image, target, row % g.tilesY, firstX + number % width};
  return result;
}

// The place of the tile behind, without divisions.
static inline __attribute__((always_inline)) TilePlace place_after(const WinogradGeometry g, TilePlace place) {
  const int firstX = place.x / TILE_ROWS * TILE_ROWS, width = min(TILE_ROWS, g.tilesX - firstX);
  place.x++;
  if (place.x < firstX + width) return place;
  if (++place.target < g.targets) {
    place.entry++, place.x = firstX;
    return place;
  }
  place.target = 0, place.entry += 1 - g.targets;
  if (place.x < g.tilesX) return place;
  place.x = 0, place.y++;
  if (place.y < g.tilesY) return place;
  place.y = 0, place.image++, place.entry += g.targets;
  return place;
}

// A vector of V. Where all cores read it, it goes past the caches: else each line would be fetched before it is written, and
// taken from the core that read its former numbers, which takes three times as long where that one has a shared cache of
// its own.
static inline __attribute__((always_inline)) void store_point(const float16 value, global float *v, const int isShared) {
  if (isShared) store_past_cache(value, v, 0, 16, 1);
  else store16(value, v);
}

// What tiles are made of: the part of x, or x * windows * share.
typedef struct {
  global const float *x;
  int xStride;
  SignPart part;
  global const float *windows;
} TileInput;

// An array whose pixels tiles read or write, [entries or images][rows][width][channels]: tile (0, 0) begins at row `top` and
// column `left` and has `rows` rows, of `width` pixels.
typedef struct {
  global const float *numbers;
  size_t entry;  // elements of one; 0: there is one alone
  int isOfImage;  // all targets of an image read the same
  int width, channels, top, left, rows;
  int halves;  // 1 where two pixels along each axis share one of its
} TiledArray;

// What an epilogue reads, tile by tile of `size` x `size` outputs: how many arrays, and which.
static inline __attribute__((always_inline)) int arrays_read(const Epilogue e, const EpilogueArrays arrays,
                                                             const WinogradGeometry g, const int size, TiledArray *result) {
  const TiledArray own = {arrays.relevance, e.count, 0, g.Q, g.K, 0, 0, size, 0};
  TiledArray ofImage = own;
  ofImage.isOfImage = 1;
  int count = 0;
  if (e.steps & EPILOGUE_PRODUCT) {
    result[count] = ofImage, result[count].numbers = arrays.activation;
    if (e.activationStride == 0) result[count].entry = 0;
    count++;
  }
  if (e.steps & EPILOGUE_QUOTIENT && e.steps & EPILOGUE_PRODUCT) {
    result[count] = ofImage, result[count].numbers = arrays.denominator;
    count++;
  }
  if (e.steps & EPILOGUE_QUOTIENT && !(e.steps & EPILOGUE_PRODUCT)) result[count++] = own;
  if (e.isShifted && e.shiftBorder < 0) {
    result[count] = ofImage, result[count].numbers = arrays.shift, result[count].entry = 0;
    count++;
  }
  return count;
}

// Where a max pooling behind the convolution goes.
typedef struct {
  PoolingParameters parameters;
  global float *maxima, *factors;
} PoolingArrays;

// The first number that a tile reads in an array, from row `row` of its rows on.
static inline __attribute__((always_inline)) global const float *numbers_of(const TiledArray array, const TilePlace place,
                                                                            const int size, const int row) {
  const int y = max(place.y * size + array.top + row, 0) >> array.halves;
  const int x = max(place.x * size + array.left, 0) >> array.halves;
  return array.numbers + (array.isOfImage ? place.image : place.entry) * array.entry +
         ((size_t)y * array.width + x) * array.channels;
}

// Numbers that come into the second cache while a product is made.
typedef struct {
  global const float *from;
  int count;
} Awaited;

// What is asked for next: a row of some tiles, from `tile` on, in one of the arrays they read.
typedef struct {
  TilePlace place;
  int tile, array, row;
} Asking;

#define WINOGRAD_M 2
#include "cpu/winograd.h"
#undef WINOGRAD_M
#define WINOGRAD_M 4
#include "cpu/winograd.h"
#undef WINOGRAD_M
