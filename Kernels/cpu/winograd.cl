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
#include "cpu/winograd_ahead.h"

// A vector of V. Where all cores read it, it goes past the caches: else each line would be fetched before it is written, and
// taken from the core that read its former numbers, which takes three times as long where that one has a shared cache of
// its own.
static inline __attribute__((always_inline)) void store_point(const float16 value, global float *v, const int isShared) {
  if (isShared) store_past_cache(value, v, 0, 16, 1);
  else store16(value, v);
}

// Where a max pooling behind the convolution goes.
typedef struct {
  PoolingParameters parameters;
  global float *maxima, *factors;
} PoolingArrays;

#define WINOGRAD_M 2
#include "cpu/winograd.h"
#undef WINOGRAD_M
#define WINOGRAD_M 4
#include "cpu/winograd.h"
#undef WINOGRAD_M
