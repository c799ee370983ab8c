// What the device can do at most, measured by loops that do nothing else: multiply-adds, reading, copying.
//
//   fma_chains   x_c ← x_c·a + b for CHAINS independent vectors x_c; 2·WIDTH·CHAINS·rounds FLOP a work-item
//   read_all     sum of [count] vectors; WIDTH·4 bytes each
//   copy_all     target ← source, [count] vectors; twice WIDTH·4 bytes each
//
// Grid: any number of work-items along x in groups of the host's choice; read_all and copy_all share the vectors out evenly,
// so that count is a multiple of UNROLL times the number of work-items. `out` [work-items] keeps the compiler from leaving
// the work away. Buffers are aligned to a vector.
//
// Given: WIDTH, numbers a vector, and CHAINS, and for a CPU that it is one (Bench/Peak.swift). There a work-item is a thread's
// share of the work: vectors as wide as a register, and consecutive addresses. On a GPU it is one lane, and neighbours read
// neighbours. In front of this file lies Kernels/arithmetic.h (peak_source.c).
#if WIDTH == 16
typedef float16 Vector;
#elif WIDTH == 8
typedef float8 Vector;
#else
typedef float4 Vector;
#endif
#ifdef CPU
#define FIRST(share) (get_global_id(0) * (share))
#define STEP 1
#define WIDE __attribute__((min_vector_width(32 * WIDTH)))
#else
#define FIRST(share) get_global_id(0)
#define STEP get_global_size(0)
#define WIDE
#endif
// Vectors in flight a work-item.
#define UNROLL 8

#define SUM(v) dot((float4)(1), (v))
static float total(Vector v) {
#if WIDTH == 16
  const float8 eight = v.lo + v.hi;
  return SUM(eight.lo + eight.hi);
#elif WIDTH == 8
  return SUM(v.lo + v.hi);
#else
  return SUM(v);
#endif
}

WIDE kernel void fma_chains(const int rounds, const float a, const float b, global float *out) {
  Vector x[CHAINS];
#pragma unroll
  for (int c = 0; c < CHAINS; c++) x[c] = (Vector)((float)c);
#pragma unroll 1
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int c = 0; c < CHAINS; c++) x[c] = multiply_add(x[c], (Vector)(a), (Vector)(b));
  }
  Vector sum = (Vector)(0.0f);
#pragma unroll
  for (int c = 0; c < CHAINS; c++) sum += x[c];
  out[get_global_id(0)] = total(sum);
}

WIDE kernel void read_all(const int count, global const Vector *restrict source, global float *out) {
  const size_t share = count / get_global_size(0);
  global const Vector *p = source + FIRST(share);
  Vector sum[UNROLL];
#pragma unroll
  for (int u = 0; u < UNROLL; u++) sum[u] = (Vector)(0.0f);
#pragma unroll 1
  for (size_t i = 0; i < share; i += UNROLL) {
#pragma unroll
    for (int u = 0; u < UNROLL; u++) sum[u] += p[(i + u) * STEP];
  }
#pragma unroll
  for (int u = 1; u < UNROLL; u++) sum[0] += sum[u];
  out[get_global_id(0)] = total(sum[0]);
}

WIDE kernel void copy_all(const int count, global const Vector *restrict source, global Vector *restrict target) {
  const size_t share = count / get_global_size(0);
  const size_t first = FIRST(share);
#pragma unroll 1
  for (size_t i = 0; i < share; i++) target[first + i * STEP] = source[first + i * STEP];
}
