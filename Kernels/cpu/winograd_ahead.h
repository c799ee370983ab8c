// What memory does while Winograd's products are made (winograd.cl): which numbers are asked for, and when. Nothing here
// changes a result.
//
// A piece of work is some tiles; it goes through blocks of filters, each of them through planes, a product each. What comes next is
// asked for evenly, with each term of a product (tile.h), because a core can have few lines under way:
//
//   filters stream   from memory (the split form): a plane ahead, behind the last plane of the first set the second's; what the
//                    epilogues will read is asked for tile by tile between the products
//   filters stay     in a cache (the fused form): the first block's products ask for what the epilogues of all blocks read,
//                    the last one's for the input of the tiles that come after these
#ifndef RELPROP_WINOGRAD_AHEAD_H
#define RELPROP_WINOGRAD_AHEAD_H
#include "cpu/winograd_tiles.h"

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

// The first number that a tile reads in an array, from row `row` of its rows on.
static inline __attribute__((always_inline)) global const float *numbers_of(const TiledArray array, const TilePlace place,
                                                                            const int size, const int row) {
  const int y = max(place.y * size + array.top + row, 0) >> array.halves;
  const int x = max(place.x * size + array.left, 0) >> array.halves;
  return array.numbers + (array.isOfImage ? place.image : place.entry) * array.entry +
         ((size_t)y * array.width + x) * array.channels;
}

// What the epilogue of a tile of `size` x `size` outputs reads in `count` arrays, on its way into the first cache or into the second.
static inline __attribute__((always_inline)) void expect_output(const WinogradGeometry g, const int size,
                                                                const TilePlace place, const int k0, const int vectors,
                                                                const TiledArray *arrays, const int count,
                                                                const int isNear) {
  if (place.target > 0) return;  // they read the same
  const int rows = min(size, g.P - place.y * size), columns = min(size, g.Q - place.x * size);
#pragma unroll 1
  for (int n = 0; n < count; n++) {
    global const float *row = numbers_of(arrays[n], place, size, 0) + k0;
#pragma unroll 1
    for (int i = 0; i < rows; i++, row += g.Q * g.K)
#pragma unroll 1
      for (int j = 0; j < columns; j++)
#pragma unroll 1
        for (int v = 0; v < vectors; v++) {
          global const float *line = row + j * g.K + 16 * v;
          if (isNear) EXPECT_NEAR(line);
          else EXPECT_LINE(line);
        }
  }
}

// Numbers that come into the second cache while a product is made.
typedef struct {
  global const float *from;
  int count;
} Awaited;

// What a block of filters asks for while its products are made, and how far it has come: rows of `together` tiles, side by side, of
// `tiles` tiles in `count` arrays.
typedef struct {
  int count, tiles, together;
  TilePlace place;  // of tile `tile`, whose row `row` of array `array` comes next
  int tile, array, row;
} Ahead;

// At the start of `products` products; fills `read` with the arrays. `nexts`: how many tiles follow these, where this is the last
// block of filters that stay in a cache; else 0.
static inline __attribute__((always_inline)) Ahead ahead_of(const WinogradGeometry g, const int size, const int block,
                                                            const int first, const int tiles, const int products,
                                                            const Epilogue e, const EpilogueArrays arrays,
                                                            const int streams, const int nexts, const TileInput from,
                                                            private TiledArray *read) {
  const TiledArray input = {from.x, from.xStride, g.spreads, g.W, g.C, -g.padTop, -g.padLeft, size + 2, 0};
  read[0] = read[1] = input;
  read[1].numbers = from.windows, read[1].entry = (size_t)(g.H / 2) * (g.W / 2) * g.C, read[1].isOfImage = 0;
  read[1].width = g.W / 2, read[1].halves = 1;
  const int count = nexts > 0 ? 1 + g.spreads : streams || block == 0 ? arrays_read(e, arrays, g, size, read) : 0;
  const int askedTiles = nexts > 0 ? nexts : tiles, together = (askedTiles * count * read[0].rows + products - 1) / products;
  const TilePlace place = place_of(g, first + (nexts > 0 ? tiles : 0));
  const Ahead result = {count, askedTiles, together, place, count > 0 ? 0 : askedTiles, 0, 0};
  return result;
}

// Asks for what the epilogues of the tiles before number `end` read.
static inline __attribute__((always_inline)) void expect_outputs(const WinogradGeometry g, const int size,
                                                                 const TiledArray *arrays, private Ahead *ahead,
                                                                 const int end, const int k0, const int vectors) {
#pragma unroll 1
  for (; ahead->tile < end; ahead->tile++, ahead->place = place_after(g, ahead->place))
    expect_output(g, size, ahead->place, k0, vectors, arrays, ahead->count, 0);
}

// The next row of some tiles in one of the arrays; `none` where nothing is left.
static inline __attribute__((always_inline)) Awaited next_row(const WinogradGeometry g, const int size,
                                                              const TiledArray *arrays, private Ahead *ahead,
                                                              const Awaited none) {
  if (ahead->tile >= ahead->tiles) return none;
  const TiledArray array = arrays[ahead->array];
  const Awaited result = {numbers_of(array, ahead->place, size, ahead->row),
                          ahead->together * (size >> array.halves) * array.channels};
  if (++ahead->row < array.rows) return result;
  ahead->row = 0;
  if (++ahead->array < ahead->count) return result;
  ahead->array = 0, ahead->tile += ahead->together;
#pragma unroll 1
  for (int t = 0; t < ahead->together; t++) ahead->place = place_after(g, ahead->place);
  return result;
}
#endif
