// Sums over whole tensors for GPUs: the ledger's (ledger.cl) and the stabilizer's statistics (quotient.cl).
//
//   totals_shared, absorbed_shared, idle_shared      partial results as ledger.cl defines them
//   partial_moment_shared, mean_moment_shared        moments as quotient.cl defines them
//
// What it changes: ledger.cl and quotient.cl give each of the CHUNKS partial results to one work-item, which on a GPU
// leaves all but 64 lanes idle. Here a work-group of REDUCTION_ITEMS shares each; the rest is the same, arguments and
// results too. Work-items add strided shares with compensation, then the group adds in pairs, compensated: a fixed order.
// Bound by memory: every number is read once.
//
// R, s [M][count], z, output, a [N][count], b [C] (biasMode 1), [count] (2) or unread (0); C channels; entry m belongs to
// image m / targets. partial [M][CHUNKS], of float4 for the ledger; statistics, means [N].
// Grid: (CHUNKS, M) work-groups of REDUCTION_ITEMS work-items along the first axis; mean_moment_shared: (1, N) of CHUNKS.
#include "common.h"

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

kernel __attribute__((reqd_work_group_size(REDUCTION_ITEMS, 1, 1))) void totals_shared(
    const int count, global const float *R, global float4 *partial) {
  local float sums[REDUCTION_ITEMS], errors[REDUCTION_ITEMS];
  const int chunk = get_group_id(0), m = get_global_id(1);
  CompensatedSum sum = {0.0f, 0.0f}, magnitude = {0.0f, 0.0f}, broken = {0.0f, 0.0f};
  float largest = 0.0f;
  for (int i = chunk * REDUCTION_ITEMS + get_local_id(0); i < count; i += CHUNKS * REDUCTION_ITEMS) {
    const float value = R[(size_t)m * count + i];
    if (fabs(value) < INFINITY) {
      add_compensated(&sum, value);
      add_compensated(&magnitude, fabs(value));
      largest = fmax(largest, fabs(value));
    } else {
      broken.sum += 1.0f;
    }
  }
  const float4 result = (float4)(shared_sum(sum, sums, errors, REDUCTION_ITEMS),
                                 shared_sum(magnitude, sums, errors, REDUCTION_ITEMS), shared_largest(largest, sums),
                                 shared_sum(broken, sums, errors, REDUCTION_ITEMS));
  if (get_local_id(0) == 0) partial[m * CHUNKS + chunk] = result;
}

kernel __attribute__((reqd_work_group_size(REDUCTION_ITEMS, 1, 1))) void absorbed_shared(
    const int count, const int targets, global const float *R, global const float *z, global const float *output,
    const int gate, const float coefficient, global const float *s, global const float *b, const int biasMode,
    const int C, global float4 *partial) {
  local float sums[REDUCTION_ITEMS], errors[REDUCTION_ITEMS];
  const int chunk = get_group_id(0), m = get_global_id(1);
  const size_t image = (size_t)(m / targets) * count, entry = (size_t)m * count;
  CompensatedSum bias = {0.0f, 0.0f}, stabilizer = {0.0f, 0.0f};
  for (int i = chunk * REDUCTION_ITEMS + get_local_id(0); i < count; i += CHUNKS * REDUCTION_ITEMS) {
    if (biasMode != 0) add_compensated(&bias, coefficient * s[entry + i] * b[biasMode == 1 ? i % C : i]);
    add_compensated(&stabilizer, gated(R[entry + i] - s[entry + i] * z[image + i], gate, output[image + i]));
  }
  const float4 result = (float4)(shared_sum(bias, sums, errors, REDUCTION_ITEMS),
                                 shared_sum(stabilizer, sums, errors, REDUCTION_ITEMS), 0.0f, 0.0f);
  if (get_local_id(0) == 0) partial[m * CHUNKS + chunk] = result;
}

kernel __attribute__((reqd_work_group_size(REDUCTION_ITEMS, 1, 1))) void idle_shared(
    const int count, const int targets, global const float *R, global const float *a, global float4 *partial) {
  local float sums[REDUCTION_ITEMS], errors[REDUCTION_ITEMS];
  const int chunk = get_group_id(0), m = get_global_id(1);
  CompensatedSum sum = {0.0f, 0.0f};
  for (int i = chunk * REDUCTION_ITEMS + get_local_id(0); i < count; i += CHUNKS * REDUCTION_ITEMS) {
    const float value = fabs(R[(size_t)m * count + i]);
    if (a[(size_t)(m / targets) * count + i] == 0.0f && value < INFINITY) add_compensated(&sum, value);
  }
  const float result = shared_sum(sum, sums, errors, REDUCTION_ITEMS);
  if (get_local_id(0) == 0) partial[m * CHUNKS + chunk] = (float4)(result, 0.0f, 0.0f, 0.0f);
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
