// What the ledger reads of a unit of a layer: its relevance, what the stabilizer keeps of it, what the bias does.
//
//   R       LEDGER_STORED    as it lies there
//           LEDGER_QUOTIENT  s * stab(z)   where s = R / stab(z) was made of c in registers and R is not formed
//           LEDGER_FACTOR    s * a / f     where s = f * c with f = a / stab(z): a and f are 0 together, and then R is
//                            with `spreads` s' of windows lies in the place of s = f * s' * share (cpu/winograd.cl)
//           LEDGER_PRODUCT   c * a         at a max pooling whose c goes on to its winners; c lies in the place of R
//           LEDGER_NONE      0
//   kept    s * (stab(z) - z), where the gate is open. What a stabilizer adds to z follows from the sign of stab(z) = z + added,
//           which is that of z; so z itself is not read where a number and its quotient by stab(z) are: R and s, or a and f.
//           Where s is 0 and R is not the denominator was 0: all of R is kept.
//   earned  coefficient * s * b
//
// They add up because sum_i R_i = sum_k s_k (z_k - b_k) and R_k = s_k stab(z_k). A NaN in R is one in s, unless the
// denominator was 0: the host takes LEDGER_QUOTIENT only where it cannot be.
//
// relevance, s [M][count], s' [M][H/2,W/2,C]; z, a, f, output, units [N][count]; shift [count]; b [C] (biasMode 1), [count] (2)
// or unread (0); statistics [N]. `output` is the layer's own, which the gate looks at; `units` the rectifier's, which are off
// where 0. Entry m belongs to image m / targets. A kernel that sums leaves CHUNKS partial results an entry, each
//
//   (sum R, sum |R|, max |R|, number of R that are NaN or infinite, sum earned, sum kept, sum |R| where the unit is off, 0)
//
// where R that are not finite are counted, not added. The host adds them up in double precision.
#ifndef RELPROP_LEDGER_H
#define RELPROP_LEDGER_H
#include "common.h"

typedef struct {
  global const float *relevance, *s, *z, *shift, *a, *f, *output, *units, *bias, *statistics;
} LedgerArrays;

// LANES units.
typedef struct {
  real R, s, kept;
} CountedUnits;

// s / f of a unit where s is that of windows of 2 x 2 pixels, `windows` of its entry; behind the last window 0.
static inline float windows_of_unit(const LedgerReading r, global const float *windows, const int i) {
  const int pixel = i / r.C, p = pixel / r.W / 2, q = pixel % r.W / 2, Q = r.W / 2;
  return i < r.count && p < r.H / 2 && q < Q ? windows[(p * Q + q) * r.C + i % r.C] * r.share : 0.0f;
}

#if LANES == 16
static __attribute__((noinline)) real windows_of_some(const LedgerReading r, global const float *windows, const int i) {
  float lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = windows_of_unit(r, windows, i + j);
  return vload16(0, lanes);
}
#endif

// The same of LANES units.
static inline __attribute__((always_inline)) real windows_of(const LedgerReading r, global const float *s, const int m,
                                                             const int i) {
  global const float *windows = s + (size_t)m * (r.H / 2) * (r.W / 2) * r.C;
#if LANES == 16
  const real zero = 0.0f;
  const int pixel = i / r.C, c = i - pixel * r.C, y = pixel / r.W, p = y / 2, q = (pixel - y * r.W) / 2, Q = r.W / 2;
  if (c + 16 > r.C) return windows_of_some(r, windows, i);
  return p < r.H / 2 && q < Q ? load16(windows + (p * Q + q) * r.C + c) * r.share : zero;
#else
  return windows_of_unit(r, windows, i);
#endif
}

// What is added to z where stab(z) = number / quotient. Where z was exactly 0 (mode 2) the quotient is by epsilon.
static inline __attribute__((always_inline)) real added_to_divisor(const real number, const real quotient,
                                                                   const float epsilon, const int mode) {
  const real zero = 0.0f, added = epsilon;
  if (mode == 0) return ((number < zero) ^ (quotient < zero)) ? -added : added;
  if (mode == 1) return added;
  return quotient == number / added ? added : zero;
}

// Units i, i + 1 ... of entry m; behind the last all is 0.
static inline __attribute__((always_inline)) CountedUnits counted_units(const LedgerReading r, const LedgerArrays arrays,
                                                                        const int m, const float epsilon, const int i) {
  const real zero = 0.0f;
  const size_t own = (size_t)m * r.count, image = (size_t)(m / r.targets) * r.count, at = own + i, end = own + r.count;
  const size_t there = image + i, last = image + r.count;
  const int mode = r.stabilizer.mode;
  CountedUnits unit = {zero, zero, zero};
  if (r.divides) unit.s = r.spreads ? windows_of(r, arrays.s, m, i) : load_lanes(arrays.s, at, end);
  if (r.source == LEDGER_STORED) {
    unit.R = load_lanes(arrays.relevance, at, end);
    if (r.divides) unit.kept = unit.s == zero ? unit.R : unit.s * added_to_divisor(unit.R, unit.s, epsilon, mode);
    if (r.gate != 0) unit.kept = gated(unit.kept, r.gate, load_lanes(arrays.output, there, last));
  } else if (r.source == LEDGER_QUOTIENT) {
    real z = load_lanes(arrays.z, there, last);
    if (r.isShifted) z += load_lanes(arrays.shift, i, r.count);
    const real added = added_to(z, epsilon, mode);
    unit.R = unit.s * (z + added);
    unit.kept = unit.s * added;
  } else if (r.source == LEDGER_PRODUCT) {
    unit.R = load_lanes(arrays.relevance, at, end) * load_lanes(arrays.a, there, last);
  } else if (r.source == LEDGER_FACTOR) {
    const real a = load_lanes(arrays.a, there, last), f = load_lanes(arrays.f, there, last);
    if (r.spreads) unit.s *= f;
    unit.R = unit.s * (f == zero ? zero : a / f);
    unit.kept = unit.s * added_to_divisor(a, f, epsilon, mode);
  }
  return unit;
}

// The arrays as arguments of a kernel, before its partial results, and as one value.
#define LEDGER_PARAMETERS                                                                                              \
  global const float *relevance, global const float *s, global const float *z, global const float *shift,              \
      global const float *a, global const float *f, global const float *output, global const float *units,             \
      global const float *bias, global const float *statistics, global float8 *partial
#define LEDGER_ARRAYS {relevance, s, z, shift, a, f, output, units, bias, statistics}
#endif
