// What the ledger counts of one layer, for CPUs: ledger.h defines it and the arrays.
//
// What it changes: relevance/ledger.cl is one work-group, which is one core's work, and adds every number with compensation.
// Here each of the CHUNKS partial results is a work-group's, of neighbouring numbers; BLOCK vectors are added lane by lane as
// they are, which rounds like a sum of BLOCK terms, and their sums with compensation. The shapes that take the time have their
// flags as constants. Bound by memory: every number is read once, 8 bytes a unit (LEDGER_QUOTIENT) or 12.
//
// partial [..][M][CHUNKS] of float8, from `first` on. Grid (CHUNKS, M) in groups of 1.
#include "cpu/tile.h"
#include "relevance/ledger.h"

#ifndef CHUNKS
#define CHUNKS 64  // partial results an entry
#endif
#define BLOCK 8  // vectors that are added without compensation

// The bias of 16 units, of which the first is channel c.
static inline __attribute__((always_inline)) float16 bias_of_channels(const LedgerReading r, global const float *bias,
                                                                      const int i, const int c) {
  if (r.biasMode == 2) return load_lanes(bias, i, r.count);
  return c + 16 <= r.C ? load16(bias + c) : load_channels(bias, c, r.C);
}

static inline __attribute__((always_inline)) float8 chunk_sums(const LedgerReading r, const LedgerArrays arrays,
                                                               const int m, const int from, const int to) {
  const float16 zero = 0.0f, one = 1.0f;
  const float epsilon = epsilon_of(r.stabilizer, arrays.statistics, m / r.targets);
  global const float *units = arrays.units + (size_t)(m / r.targets) * r.count;
  CompensatedSum sum = {zero, zero}, magnitude = {zero, zero}, earned = {zero, zero}, kept = {zero, zero};
  CompensatedSum idle = {zero, zero};
  float16 largest = zero, broken = zero;
  const int step = 16 % r.C;
  int c = from % r.C;
  for (int i = from; i < to;) {
    float16 sums = zero, magnitudes = zero, shares = zero, keeps = zero, idles = zero;
    for (const int end = min(i + 16 * BLOCK, to); i < end; i += 16) {
      const CountedUnits unit = counted_units(r, arrays, m, epsilon, i);
      const float16 size = fabs(unit.R);
      const int16 finite = size < (float16)INFINITY;
      const float16 counted = finite ? size : zero;
      sums += finite ? unit.R : zero;
      magnitudes += counted;
      largest = fmax(largest, counted);
      broken += finite ? zero : one;
      keeps += unit.kept;
      if (r.biasMode != 0) {
        shares += unit.s * bias_of_channels(r, arrays.bias, i, c);
        c += r.C >= 16 ? 16 : step;
        if (c >= r.C) c -= r.C;
      }
      if (r.countsIdle) idles += load_lanes(units, i, r.count) == zero ? counted : zero;
    }
    add_compensated(&sum, sums);
    add_compensated(&magnitude, magnitudes);
    if (r.divides) add_compensated(&kept, keeps);
    if (r.biasMode != 0) add_compensated(&earned, r.coefficient * shares);
    if (r.countsIdle) add_compensated(&idle, idles);
  }
  return (float8)(total_of(sum), total_of(magnitude), largest_of(largest), total_of((CompensatedSum){broken, zero}),
                  r.biasMode == 0 ? 0.0f : total_of(earned), r.divides ? total_of(kept) : 0.0f,
                  r.countsIdle ? total_of(idle) : 0.0f, 0.0f);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void ledger_sums_of_chunks(const LedgerReading r,
                                                                                      LEDGER_PARAMETERS) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  const LedgerArrays arrays = LEDGER_ARRAYS;
  const int share = (r.count + 16 * BLOCK * CHUNKS - 1) / (16 * BLOCK * CHUNKS) * 16 * BLOCK;
  const int from = min(chunk * share, r.count), to = min(from + share, r.count);
  partial[r.first + m * CHUNKS + chunk] = chunk_sums(r, arrays, m, from, to);
}
