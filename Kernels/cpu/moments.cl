// The statistic of a relative stabilizer in one launch, for CPUs.
//
//   statistics[n] = 1/count * sum over i of term(z[n,i]),  or its root;  term(z) = z, z * z, (z - mean)^2
//
// What it changes: partial_moment and mean_moment of relevance/quotient.cl are two launches, the first of a single
// work-group, which is one core's work. Here each of the CHUNKS partial sums is a work-group's, of neighbouring numbers, and
// the group that finishes last adds them up, always in the same order. A launch costs some 30 us beside its work.
//
// z [N][count], means and statistics [N], partial [N][CHUNKS], arrivals [N]: 0 before and after.
// Grid (CHUNKS, N) in groups of 1. The host guarantees a CPU: what a work-group has written before its atomic operation is
// seen by the one that comes after it.
#include "common.h"
#include "cpu/tile.h"

#ifndef CHUNKS
#define CHUNKS 64  // partial sums an image
#endif

// The sum of terms from .. to - 1 in four sums side by side: each waits for itself alone.
static inline __attribute__((always_inline)) float chunk_sum(global const float *z, const int from, const int to,
                                                             const float mean, const int squared) {
  const int16 lane = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  CompensatedSum sums[4] = {{0.0f, 0.0f}, {0.0f, 0.0f}, {0.0f, 0.0f}, {0.0f, 0.0f}};
  for (int i = from; i < to; i += 64) {
#pragma unroll
    for (int j = 0; j < 4; j++) {
      float16 value = load_lanes(z, i + 16 * j, to) - mean;
      if (i + 16 * j + 16 > to) value = lane < (int16)(to - i - 16 * j) ? value : (float16)0.0f;
      add_compensated(&sums[j], squared ? value * value : value);
    }
  }
  for (int j = 1; j < 4; j++) {
    add_compensated(&sums[0], sums[j].sum);
    sums[0].error += sums[j].error;
  }
  return total_of(sums[0]);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void moment_of_chunks(
    const int count, global const float *z, const int centred, const int squared, const int root,
    global const float *means, global volatile float *partial, global int *arrivals, global float *statistics) {
  const int chunk = get_global_id(0), n = get_global_id(1);
  const int share = (count + 64 * CHUNKS - 1) / (64 * CHUNKS) * 64, from = min(chunk * share, count);
  partial[n * CHUNKS + chunk] =
      chunk_sum(z + (size_t)n * count, from, min(from + share, count), centred ? means[n] : 0.0f, squared);
  mem_fence(CLK_GLOBAL_MEM_FENCE);
  if (atomic_inc(arrivals + n) < CHUNKS - 1) return;
  mem_fence(CLK_GLOBAL_MEM_FENCE);
  const float mean = compensated_total(partial + n * CHUNKS, CHUNKS) / count;
  statistics[n] = root ? sqrt(mean) : mean;
  arrivals[n] = 0;
}
