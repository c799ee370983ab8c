// Tiles of Winograd's algorithm (winograd.cl): where each lies, in which order they come, what they are made of.
#ifndef RELPROP_WINOGRAD_TILES_H
#define RELPROP_WINOGRAD_TILES_H
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

// What tiles are made of: the part of x, or x * windows * share.
typedef struct {
  global const float *x;
  int xStride;
  SignPart part;
  global const float *windows;
} TileInput;
#endif
