// 3 x 3 convolution of stride 1 by Winograd's algorithm, with the steps of LRP around it, for CPUs.
//
//   Y = A^T [ sum_c (G g_kc G^T) . (B^T d_c B) ] A          (Lavin and Gray 2015, equation 12)
//
// An output tile of M x M comes from an input tile of N x N, N = M + 2, by N * N products a channel instead of 9 M * M:
// F(2x2) saves 2.25, F(4x4) 4 of every multiplications. F(2x2) uses the points 0, +-1, inf; F(4x4) 0, +-5/8, +-3/2, inf,
// whose error is less than half of that of 0, +-1, +-2, inf at the same cost (Documentation/Performance.md).
// It is step 1 of LRP and, with the filters turned round and their channel axes swapped, step 3.
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
// Grid: any number of work-items in groups of 1: each takes every get_global_size(0)-th piece of work.
#include "epilogue.h"
#include "cpu/tile.h"

typedef struct {
  int entry, y, x;
} TilePlace;

// Tiles at the same place for all targets of an image come one after another: they read the same activations and
// denominators.
static inline __attribute__((always_inline)) TilePlace place_of(const WinogradGeometry g, const int tile) {
  const int ofImage = g.tilesY * g.tilesX * g.targets, image = tile / ofImage, rest = tile % ofImage, place = rest / g.targets;
  const TilePlace result = {image * g.targets + rest % g.targets, place / g.tilesX, place % g.tilesX};
  return result;
}

#define WINOGRAD_M 2
#include "cpu/winograd.h"
#undef WINOGRAD_M
#define WINOGRAD_M 4
#include "cpu/winograd.h"
#undef WINOGRAD_M
