// Convolution of any shape, in either direction, as a matrix product over gathered inputs, for CPUs.
//
//   out[o(i,j), k] = sum over taps and c of  x[(i,j) * stepIn + offset(tap), c] * w[tap, c, k],  outside the image x = 0
//
// Forward (step 1 of LRP): stepIn is the stride, o(i,j) = (i,j), every filter element is a tap. Transposed (step 3): the
// outputs o(i,j) = phase + stride * (i,j) of one phase meet only the taps that hit, stepIn is 1: a stride multiplies nothing by
// zero.
// A work-item gathers the inputs of a few positions into rows [taps * C], a part of `depthAtOnce` numbers at a time, and
// multiplies them with all filters of its group: sums of parts first, then their sum, which keeps the error small. Where there are
// few positions, several share them, each with some of the filters.
// Groups of few outputs come in bundles, as many as fill a vector's lanes, with zeros between them: a vector of products a
// term either way, and the inputs of all are copied at once. C and K are a bundle's; the last one may have fewer groups.
//
// x [entries][H,W,channels] with xStride elements an entry (0: one for the whole batch), out [entries][P,Q,outputs];
// U packed by pack_gather, for each phase [bundle][block][taps*C][columns]; taps: (y, x) offsets of all phases' taps.
// Local memory: rowsOfMemory * (pitch + outputsAtOnce) floats.
// Pieces of the phases take turns: they have different numbers of taps, and a thread gets many pieces in a row.
// Grid (phases * most pieces of one + TILE_IDLE_GROUPS, bundles * ceil(K / outputsAtOnce)) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// Numbers from .. from + depth - 1 of the row of one position, of a bundle whose inputs begin at `channel`. Neighbouring channels of a
// tap lie together, and where the taps of a filter's row are neighbours in the image (g->run of them), so do their channels: they
// are copied at once. Vectors are stored whole: what they write behind a tap is overwritten by the next, behind the last row by
// nothing. Functions of their own, so that their few variables stay in registers.
WIDE static __attribute__((noinline)) void gather_row(private const GatherGeometry *g, global const int *taps,
                                                      global const float *image, const int channel, const int y, const int x,
                                                      const SignPart part, const int from, const int depth,
                                                      global float *row) {
  const size_t end = (size_t)g->H * g->W * g->channels;
#pragma unroll 1
  for (int tap = from / g->C, c = from % g->C, ofRun = tap % g->run, i = 0; i < depth;) {
    const int h = y + taps[2 * tap], w = x + taps[2 * tap + 1];
    const int run = c == 0 && ofRun == 0 && w >= 0 && w + g->run <= g->W ? g->run : 1;
    const int count = min(run * g->C - c, depth - i);
    const int inside = h >= 0 && h < g->H && w >= 0 && w < g->W;
    const size_t at = ((size_t)h * g->W + w) * g->channels + channel + c;
#pragma unroll 1
    for (int j = 0; j < count; j += 16) {
      const float16 value = inside ? load_lanes(image, at + j, end) : (float16)0.0f;
      store16(part_of(part, value), row + i + j);
    }
    i += count, c += count;
    if (c < run * g->C) continue;  // only where the part ends
    c = 0, tap += run, ofRun += run;
    if (ofRun == g->run) ofRun = 0;
  }
}

// The same where all taps, and vectors read whole, lie in the image: `pixel` is the position's own.
WIDE static __attribute__((noinline)) void gather_inner_row(private const GatherGeometry *g, global const int *taps,
                                                            global const float *pixel, const SignPart part, const int from,
                                                            const int depth, global float *row) {
  const int together = g->run * g->C;
#pragma unroll 1
  for (int tap = from / together * g->run, c = from % together, i = 0; i < depth; tap += g->run, c = 0) {
    global const float *numbers = pixel + ((ptrdiff_t)taps[2 * tap] * g->W + taps[2 * tap + 1]) * g->channels + c;
    const int count = min(together - c, depth - i);
#pragma unroll 1
    for (int j = 0; j < count; j += 16) {
      const float16 value = load16(numbers + j);
      store16(part_of(part, value), row + i + j);
    }
    i += count;
  }
}

// How far the taps of a phase reach from a position.
typedef struct {
  int top, bottom, left, right;
} TapReach;

static inline __attribute__((always_inline)) TapReach reach_of(const int count, global const int *taps) {
  TapReach reach = {0, 0, 0, 0};
  for (int tap = 0; tap < count; tap++) {
    reach.top = min(reach.top, taps[2 * tap]), reach.bottom = max(reach.bottom, taps[2 * tap]);
    reach.left = min(reach.left, taps[2 * tap + 1]), reach.right = max(reach.right, taps[2 * tap + 1]);
  }
  return reach;
}

// Where an output of a phase of P x Q outputs lies: in which entry, row and column.
typedef struct {
  int P, Q;
  int entry, y, x;
} PhasePlace;

static inline __attribute__((always_inline)) PhasePlace place_in_phase(const int P, const int Q, const int position) {
  const int place = position % (P * Q);
  const PhasePlace result = {P, Q, position / (P * Q), place / Q, place % Q};
  return result;
}

// The one behind, without divisions.
static inline __attribute__((always_inline)) PhasePlace place_behind(PhasePlace place) {
  if (++place.x < place.Q) return place;
  place.x = 0;
  if (++place.y < place.P) return place;
  place.y = 0, place.entry++;
  return place;
}

// The sums of a piece of work, whose first output is given, with their epilogue; of outputs firstK ... lastK - 1 of the bundle.
static inline __attribute__((always_inline)) void finish_rows(const GatherGeometry g, const Epilogue e,
                                                              const EpilogueArrays arrays, const GatherPhase phase,
                                                              PhasePlace place, const int rows, const int bundle,
                                                              const int firstK, const int lastK, global const float *sums) {
  const int end = min(bundle * g.K + g.K, g.outputs);
#pragma unroll 1
  for (int i = 0; i < rows; i++, place = place_behind(place)) {
    const int p = phase.y + place.y * g.stepOutY, q = phase.x + place.x * g.stepOutX;
    const FinishedEntry finished = finished_entry(e, arrays, place.entry);
    const size_t pixel = ((size_t)p * g.Q + q) * g.outputs;
#pragma unroll 1
    for (int k = firstK; k < lastK; k += 16) {
      const int block_k = k / TILE_COLUMNS * TILE_COLUMNS, vectors = min(TILE_VECTORS, (g.K - block_k + 15) / 16);
      const float16 sum =
          load16(sums + (size_t)(block_k - firstK) * g.rowsOfMemory + (size_t)i * 16 * vectors + (k - block_k));
      const int channel = bundle * g.K + k;
      finish(e, arrays, sum, finished, pixel + channel, channel, end);
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void convolution_gather(
    const GatherGeometry g, const Epilogue e, global const GatherPhase *phases, global const int *allTaps,
    global const float *x, const int xStride, const SignPart part, global const float *U, local float *memory,
    FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int work = (int)get_global_id(0) - TILE_IDLE_GROUPS;
  if (work < 0) return;
  const int shares = (g.K + g.outputsAtOnce - 1) / g.outputsAtOnce, bundle = get_global_id(1) / shares;
  const int firstK = get_global_id(1) % shares * g.outputsAtOnce, lastK = min(firstK + g.outputsAtOnce, g.K);
  const GatherPhase phase = phases[work % g.phases];
  const int P = (g.P - phase.y + g.stepOutY - 1) / g.stepOutY, Q = (g.Q - phase.x + g.stepOutX - 1) / g.stepOutX;
  global const int *taps = allTaps + 2 * phase.firstTap;
  const int first = work / g.phases * g.rowsAtOnce, rows = min(g.rowsAtOnce, g.entries * P * Q - first);
  const int depth = phase.taps * g.C;
  if (rows <= 0) return;  // a phase with fewer pieces
  if (depth == 0 && e.accumulate && (e.steps & ~EPILOGUE_PRODUCT) == 0 && e.biasMode == 0) return;  // nothing is added
  const PhasePlace firstPlace = place_in_phase(P, Q, first);
  global float *inputs = SAME_MEMORY(memory), *sums = inputs + (size_t)g.rowsOfMemory * g.pitch;
  global const float *filters = U + phase.filters + (size_t)bundle * depth * ((g.K + 15) / 16 * 16);

  const TapReach reach = reach_of(phase.taps, taps);
  if (depth == 0) {
    for (int i = 0; i < g.rowsOfMemory * g.outputsAtOnce; i += 16) store16((float16)0.0f, sums + i);
  }
#pragma unroll 1
  for (int from = 0; from < depth;) {
    const int part_depth = min(g.depthAtOnce, depth - from);
    // Behind the last part the thread's next piece begins with the first one.
    const int following = from + part_depth < depth ? from + part_depth : 0, ofFirst = min(TILE_COLUMNS, (g.K - firstK + 15) / 16 * 16);
    PhasePlace place = firstPlace;
#pragma unroll 1
    for (int i = 0; i < rows; i++, place = place_behind(place)) {
      const int y = place.y * g.stepInY, w = place.x * g.stepInX, channel = bundle * g.C;
      global const float *image = x + (size_t)place.entry * xStride;
      global float *row = inputs + (size_t)i * g.pitch;
      // Behind the last number that a whole vector may read.
      const size_t behind = ((size_t)(y + reach.bottom) * g.W + w + reach.right) * g.channels + channel + g.C + 15;
      const int isInner = y + reach.top >= 0 && y + reach.bottom < g.H && w + reach.left >= 0 && w + reach.right < g.W &&
                          behind <= (size_t)g.H * g.W * g.channels;
      if (isInner) gather_inner_row(&g, taps, image + ((size_t)y * g.W + w) * g.channels + channel, part, from, part_depth, row);
      else gather_row(&g, taps, image, channel, y, w, part, from, part_depth, row);
    }
#pragma unroll 1
    for (int k = firstK; k < lastK; k += TILE_COLUMNS) {
      const int vectors = min(TILE_VECTORS, (g.K - k + 15) / 16), isLast = k + TILE_COLUMNS >= lastK;
      global const float *b = filters + (size_t)k * depth + (size_t)from * 16 * vectors;
      global const float *next = isLast ? filters + (size_t)firstK * depth + (size_t)following * ofFirst
                                        : b + (size_t)TILE_COLUMNS * depth;
      tiles_before(rows, vectors, part_depth, inputs, g.pitch, 0, b, from > 0, sums + (size_t)(k - firstK) * g.rowsOfMemory, next,
                   asked_ahead(rows, 16 * vectors * part_depth));
    }
    from += part_depth;
  }

  // Where no tap meets an output c is 0, and so are R = a * c and s = R / stab(z): nothing is read for them.
  const int isNothing = depth == 0 && e.biasMode == 0 && !e.accumulate &&
                        (e.steps == EPILOGUE_PRODUCT || e.steps == (EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT));
  // The usual runs with their flags as constants.
#define FINISH(e) finish_rows(g, e, arrays, phase, firstPlace, rows, bundle, firstK, lastK, sums)
  if (isNothing || is_run(e, 0, 0)) FINISH(run_of(e, 0, 0));
  else if (is_run(e, 0, 1)) FINISH(run_of(e, 0, 1));
  else if (is_run(e, EPILOGUE_RECTIFY, 1)) FINISH(run_of(e, EPILOGUE_RECTIFY, 1));
  else if (is_run(e, EPILOGUE_PRODUCT, 0)) FINISH(run_of(e, EPILOGUE_PRODUCT, 0));
  else FINISH(e);
#undef FINISH
}
