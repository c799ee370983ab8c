// Sums over whole tensors for GPUs: the ledger's (ledger.cl) and the stabilizer's statistics (quotient.cl).
//
//   ledger_sums_shared                               partial results as ledger.h defines them
//   partial_moment_shared, mean_moment_shared        moments as quotient.cl defines them
//
// What it changes: ledger.cl and quotient.cl give each of the CHUNKS partial results to one work-item, which on a GPU
// leaves all but 64 lanes idle. Here a work-group of REDUCTION_ITEMS shares each; the rest is the same, arguments and
// results too. Work-items add strided shares with compensation, then the group adds in pairs, compensated: a fixed order.
// Bound by memory: every number is read once.
//
// z [N][count], partial [N][CHUNKS], statistics and means [N]; the ledger's arrays are those of ledger.h, its partial results
// [..][M][CHUNKS] of float8, from `first` on.
// Grid: (CHUNKS, M) work-groups of REDUCTION_ITEMS work-items along the first axis; mean_moment_shared: (1, N) of CHUNKS.
#include "relevance/ledger.h"

#ifndef CHUNKS
#define CHUNKS 64  // partial results an entry; a power of 2
#endif
#ifndef REDUCTION_ITEMS
#define REDUCTION_ITEMS 128  // work-items that share a partial result: a power of 2; tried 32 ... 256
#endif

// The sum over the group's `items` work-items, in pairs; the first of them has it. Every work-item must call.
float shared_sum(const CompensatedSum own, local float *sums, local float *errors, const int items) {
  const int item = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);  // whoever read the last sum is done
  sums[item] = own.sum;
  errors[item] = own.error;
  for (int distance = items / 2; distance > 0; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item >= distance) continue;
    CompensatedSum pair = {sums[item], errors[item] + errors[item + distance]};
    add_compensated(&pair, sums[item + distance]);
    sums[item] = pair.sum;
    errors[item] = pair.error;
  }
  return sums[item] + errors[item];
}

float shared_largest(const float own, local float *values) {
  const int item = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  values[item] = own;
  for (int distance = REDUCTION_ITEMS / 2; distance > 0; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < distance) values[item] = fmax(values[item], values[item + distance]);
  }
  return values[item];
}

kernel __attribute__((reqd_work_group_size(REDUCTION_ITEMS, 1, 1))) void ledger_sums_shared(const LedgerReading r,
                                                                                           LEDGER_PARAMETERS) {
  local float sums[REDUCTION_ITEMS], errors[REDUCTION_ITEMS];
  const int chunk = get_group_id(0), m = get_global_id(1);
  const LedgerArrays arrays = LEDGER_ARRAYS;
  const float epsilon = epsilon_of(r.stabilizer, arrays.statistics, m / r.targets);
  const size_t image = (size_t)(m / r.targets) * r.count;
  CompensatedSum sum = {0.0f, 0.0f}, magnitude = {0.0f, 0.0f}, broken = {0.0f, 0.0f};
  CompensatedSum earned = {0.0f, 0.0f}, kept = {0.0f, 0.0f}, idle = {0.0f, 0.0f};
  float largest = 0.0f;
  for (int i = chunk * REDUCTION_ITEMS + get_local_id(0); i < r.count; i += CHUNKS * REDUCTION_ITEMS) {
    const CountedUnits unit = counted_units(r, arrays, m, epsilon, i);
    const float size = fabs(unit.R);
    if (size < INFINITY) {
      add_compensated(&sum, unit.R);
      add_compensated(&magnitude, size);
      largest = fmax(largest, size);
      if (r.countsIdle && units[image + i] == 0.0f) add_compensated(&idle, size);
    } else {
      broken.sum += 1.0f;
    }
    add_compensated(&kept, unit.kept);
    if (r.biasMode != 0) add_compensated(&earned, r.coefficient * unit.s * bias[r.biasMode == 1 ? i % r.C : i]);
  }
  const float8 result = (float8)(
      shared_sum(sum, sums, errors, REDUCTION_ITEMS), shared_sum(magnitude, sums, errors, REDUCTION_ITEMS),
      shared_largest(largest, sums), shared_sum(broken, sums, errors, REDUCTION_ITEMS),
      shared_sum(earned, sums, errors, REDUCTION_ITEMS), shared_sum(kept, sums, errors, REDUCTION_ITEMS),
      shared_sum(idle, sums, errors, REDUCTION_ITEMS), 0.0f);
  if (get_local_id(0) == 0) partial[r.first + m * CHUNKS + chunk] = result;
}

kernel __attribute__((reqd_work_group_size(REDUCTION_ITEMS, 1, 1))) void partial_moment_shared(
    const int count, global const float *z, const int centred, const int squared, global const float *means,
    global float *partial) {
  local float sums[REDUCTION_ITEMS], errors[REDUCTION_ITEMS];
  const int chunk = get_group_id(0), n = get_global_id(1);
  const float mean = centred ? means[n] : 0.0f;
  CompensatedSum total = {0.0f, 0.0f};
  for (int i = chunk * REDUCTION_ITEMS + get_local_id(0); i < count; i += CHUNKS * REDUCTION_ITEMS) {
    const float value = z[(size_t)n * count + i] - mean;
    add_compensated(&total, squared ? value * value : value);
  }
  const float result = shared_sum(total, sums, errors, REDUCTION_ITEMS);
  if (get_local_id(0) == 0) partial[n * CHUNKS + chunk] = result;
}

kernel __attribute__((reqd_work_group_size(CHUNKS, 1, 1))) void mean_moment_shared(
    const int count, const int images, const int root, global const float *partial, global float *statistics) {
  local float sums[CHUNKS], errors[CHUNKS];
  const int n = get_global_id(1), item = get_local_id(0);
  const CompensatedSum own = {partial[n * CHUNKS + item], 0.0f};
  const float mean = shared_sum(own, sums, errors, CHUNKS) / count;
  if (item == 0) statistics[n] = root ? sqrt(mean) : mean;
}
