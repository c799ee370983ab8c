// Shared by the kernels: lanes, parts of a number, the stabilized denominator, compensated sums.
//
// Layout: an image [C,H,W] lies on the device as [H][W][C], channels last, images one after another; in general the first
// axis of a shape runs fastest, so that the channel of element i is i % C.
#ifndef RELPROP_COMMON_H
#define RELPROP_COMMON_H
#include "arithmetic.h"
#include "geometry.h"

// Vectors of 16 numbers are taken apart where registers hold fewer, and clang warns that other compilers pass them in other
// ways. Nobody else calls these functions.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpsabi"
#endif

// Numbers an element-wise work-item treats at once. PoCL does not vectorize work-items, so that a CPU gets vectors here; on
// a GPU neighbouring work-items read neighbouring numbers.
#ifndef LANES
#define LANES 1  // 1 or 16
#endif

#if LANES == 16
typedef float16 real;
typedef int16 truth;
#else
typedef float real;
typedef int truth;
#endif

// 16 numbers from an address that is a multiple of 4 bytes: one instruction each on a CPU, where vstore16 takes four.
#ifdef __clang__
typedef float16 float16_anywhere __attribute__((aligned(4)));
float16 load16(global const float *numbers) { return *(global const float16_anywhere *)numbers; }
void store16(const float16 value, global float *numbers) { *(global float16_anywhere *)numbers = value; }
#else
float16 load16(global const float *numbers) { return vload16(0, numbers); }
void store16(const float16 value, global float *numbers) { vstore16(value, 0, numbers); }
#endif

#if LANES == 16
// The first `count` of 16 numbers, at most 15; the others read 0 and are not written. Functions of their own, because a
// kernel meets them at many places, seldom, and each copy costs compile time.
static __attribute__((noinline)) float16 load_some(global const float *numbers, const int count) {
  float lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = j < count ? numbers[j] : 0.0f;
  return vload16(0, lanes);
}

static __attribute__((noinline)) void store_some(const float16 value, global float *numbers, const int count) {
  float lanes[16];
  vstore16(value, 0, lanes);
  for (int j = 0; j < count; j++) numbers[j] = lanes[j];
}
#endif

// LANES numbers from index `i` on, of which those before `end` exist; the others read 0 and are not written.
real load_lanes(global const float *numbers, const size_t i, const size_t end) {
#if LANES == 16
  return i + 16 <= end ? load16(numbers + i) : load_some(numbers + i, (int)(end - i));
#else
  return numbers[i];
#endif
}

void store_lanes(const real value, global float *numbers, const size_t i, const size_t end) {
#if LANES == 16
  if (i + 16 <= end) store16(value, numbers + i);
  else store_some(value, numbers + i, (int)(end - i));
#else
  numbers[i] = value;
#endif
}

// The channel's own number for each of the elements i, i + 1 ... of an image [area][C].
real load_channels(global const float *perChannel, const size_t i, const int C) {
  const int c = i % C;
#if LANES == 16
  if (c + 16 <= C) return load16(perChannel + c);
  float lanes[16];
  for (int j = 0, channel = c; j < 16; j++, channel = channel + 1 == C ? 0 : channel + 1) lanes[j] = perChannel[channel];
  return vload16(0, lanes);
#else
  return perChannel[c];
#endif
}

// A learned bias for elements i, i + 1 ... of an image: per channel (biasMode 1), per position (2), or none (0).
real load_bias(global const float *b, const int biasMode, const size_t i, const int C, const size_t end) {
  if (biasMode == 1) return load_channels(b, i, C);
  if (biasMode == 2) return load_lanes(b, i, end);
  return (real)0.0f;
}

// Whether all of a number is meant.
int is_all(const SignPart part) { return part.positive == 1.0f && part.negative == 1.0f; }

// The part of a number, or of each number of a vector `a`, which is read more than once. All of it is `a` itself: what is no
// number stays none, where fmax and fmin would make it 0.
#define part_of(part, a) (is_all(part) ? (a) : (part).positive * fmax(a, 0.0f) + (part).negative * fmin(a, 0.0f))

// rho(w) of weights: mode 0 part_of, 1 w * w, 2 one.
real rho_of(const int mode, const SignPart part, const real w) {
  return mode == 0 ? part_of(part, w) : mode == 1 ? w * w : (real)1.0f;
}

// part_of, raised to the part's power with the sign kept. The power is the same for a whole launch.
real powered_part_of(const SignPart part, const real a) {
  const real value = part_of(part, a);
  return part.power == 1.0f ? value : copysign(pow(fabs(value), (real)part.power), value);
}

// epsilon of an image's stabilizer, the relative share with it.
float epsilon_of(const StabilizerParameters s, global const float *statistics, const int image) {
  return s.relative == 0.0f ? s.epsilon : s.epsilon + s.relative * statistics[image];
}

// stab(z) - z: what a stabilizer adds. `epsilon` already holds the relative share.
real added_to(const real z, const float epsilon, const int mode) {
  const real zero = 0.0f, added = epsilon;
  if (mode == 0) return z >= zero ? added : -added;
  if (mode == 1) return added;
  return z == zero ? added : zero;
}

// R / stab(z), 0 where the denominator is exactly 0.
real stabilized_quotient(const real R, const real z, const float epsilon, const int mode) {
  const real zero = 0.0f, denominator = z + added_to(z, epsilon, mode);
  return denominator == zero ? zero : R / denominator;
}

// Where a gate is open: it looks at the sign of the layer's own output. 0 always, +1 where positive, -1 where negative.
real gated(const real value, const int gate, const real output) {
  const real zero = 0.0f;
  if (gate > 0) return output > zero ? value : zero;
  if (gate < 0) return output < zero ? value : zero;
  return value;
}

// Neumaier's sum, lane by lane: the error does not grow with the number of terms.
typedef struct {
  real sum, error;
} CompensatedSum;

void add_compensated(CompensatedSum *total, const real term) {
  const real sum = total->sum + term;
  total->error += fabs(total->sum) >= fabs(term) ? (total->sum - sum) + term : (term - sum) + total->sum;
  total->sum = sum;
}

// The sum of all lanes, in a fixed order.
float total_of(const CompensatedSum total) {
#if LANES == 16
  float lanes[32], sum = 0.0f, error = 0.0f;
  vstore16(total.sum, 0, lanes);
  vstore16(total.error, 1, lanes);
  for (int j = 0; j < 16; j++) {
    const float next = sum + lanes[j];
    error += (fabs(sum) >= fabs(lanes[j]) ? (sum - next) + lanes[j] : (lanes[j] - next) + sum) + lanes[16 + j];
    sum = next;
  }
  return sum + error;
#else
  return total.sum + total.error;
#endif
}

// The sum of `count` numbers, compensated, in their order.
float compensated_total(global const volatile float *numbers, const int count) {
  float sum = 0.0f, error = 0.0f;
  for (int i = 0; i < count; i++) {
    const float term = numbers[i], next = sum + term;
    error += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  return sum + error;
}

// The larger of two numbers, the first of two that are the same. NaN is larger than any number, so that it is seen.
real larger_of(const real best, const real value) { return ((value > best) | (value != value)) ? value : best; }

// The largest of the lanes.
float largest_of(const real value) {
#if LANES == 16
  const float8 eight = fmax(value.lo, value.hi);
  const float4 four = fmax(eight.lo, eight.hi);
  const float2 two = fmax(four.lo, four.hi);
  return fmax(two.lo, two.hi);
#else
  return value;
#endif
}
#endif
