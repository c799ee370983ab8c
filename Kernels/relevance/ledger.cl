// What the ledger counts of one layer, as CHUNKS partial results an entry: ledger.h defines them and the arrays.
//
// partial [..][M][CHUNKS] of float8, from `first` on. Grid (CHUNKS, M), each work-item a strided share, compensated.
#include "relevance/ledger.h"

#ifndef CHUNKS
#define CHUNKS 64
#endif

kernel void ledger_sums(const LedgerReading r, LEDGER_PARAMETERS) {
  const int chunk = get_global_id(0), m = get_global_id(1);
  if (chunk >= CHUNKS) return;
  const LedgerArrays arrays = LEDGER_ARRAYS;
  const float epsilon = epsilon_of(r.stabilizer, arrays.statistics, m / r.targets);
  const real zero = 0.0f, one = 1.0f;
  const size_t image = (size_t)(m / r.targets) * r.count;
  CompensatedSum sum = {zero, zero}, magnitude = {zero, zero}, earned = {zero, zero}, kept = {zero, zero};
  CompensatedSum idle = {zero, zero};
  real largest = zero, broken = zero;
  for (int i = chunk * LANES; i < r.count; i += CHUNKS * LANES) {
    const CountedUnits unit = counted_units(r, arrays, m, epsilon, i);
    const truth finite = fabs(unit.R) < (real)INFINITY;
    const real counted = finite ? unit.R : zero;
    add_compensated(&sum, counted);
    add_compensated(&magnitude, fabs(counted));
    largest = fmax(largest, fabs(counted));
    broken += finite ? zero : one;
    add_compensated(&kept, unit.kept);
    if (r.biasMode != 0)
      add_compensated(&earned, r.coefficient * unit.s * load_bias(bias, r.biasMode, i, r.C, r.count));
    if (r.countsIdle)
      add_compensated(&idle, load_lanes(units + image, i, r.count) == zero ? fabs(counted) : zero);
  }
  partial[r.first + m * CHUNKS + chunk] =
      (float8)(total_of(sum), total_of(magnitude), largest_of(largest), total_of((CompensatedSum){broken, zero}),
               total_of(earned), total_of(kept), total_of(idle), 0.0f);
}
