// What becomes of a finished sum before it leaves the registers: bias, rectifier, and the steps of LRP around it.
//
//   forward, step 1   z = coefficient * (sum + bias) (+ z), and its rectified form beside or in its place
//   step 2            s = R / stab(z)        of a z just made, or of one stored before
//   step 3            c = sum
//   step 4            R = coefficient * part(a) * c (+ R)
//
// One launch does a run of these: {step 1}, {step 1, step 2}, {step 3}, {step 3, step 4}, {step 3, step 4, step 2 of the
// layer below}. All arrays lie like the output: [entries][count], entry m of a batch reads those of image m / targets.
// LANES channels at a time: 16 on a CPU, one in a work-item of a GPU.
#ifndef RELPROP_EPILOGUE_H
#define RELPROP_EPILOGUE_H
#include "common.h"

typedef struct {
  global const float *bias;        // read where biasMode is not 0
  global const float *activation;  // a of step 4
  global const float *relevance;   // R of step 2 after step 1
  global const float *denominator; // z of step 2 after step 4
  global const float *shift;       // what is added to z there: one number for every output of an image
  global const float *gate;        // the layer's output, where a gate looks at it
  global const float *statistics;  // one number an image, for a relative stabilizer
  global float *kept;              // the number before the last: z beside its rectified form, R beside s
  global float *target;            // what the run ends with
} EpilogueArrays;

// Whole vectors past the caches: results larger than a cache are gone from it before they are read again, and a store
// that fills a line need not read it first. With `whole` all lanes exist, and lie at a multiple of their size.
static inline __attribute__((always_inline)) void store_past_cache(const real value, global float *numbers, const size_t i,
                                                                   const size_t end, const int whole) {
#if LANES == 16 && defined(__clang__)
  if (whole || (i + 16 <= end && ((size_t)(numbers + i) & 63) == 0)) {
    __builtin_nontemporal_store(value, (global float16 *)(numbers + i));
    return;
  }
#endif
  store_lanes(value, numbers, i, end);
}

// Where an entry of the batch lies in the arrays, and what its stabilizer adds: the same for all of its numbers.
typedef struct {
  size_t own, image;
  float epsilon;
} FinishedEntry;

static inline __attribute__((always_inline)) FinishedEntry finished_entry(const Epilogue e, const EpilogueArrays arrays,
                                                                          const int entry) {
  const int image = entry / e.targets;
  const float epsilon = e.steps & EPILOGUE_QUOTIENT ? epsilon_of(e.stabilizer, arrays.statistics, image) : 0.0f;
  const FinishedEntry result = {(size_t)entry * e.count, (size_t)image * e.count, epsilon};
  return result;
}

// Whether `e` is a plain run of these steps, and the same with its flags as constants: in `finish` the branches vanish. For
// the runs that take most of the time.
static inline int is_run(const Epilogue e, const int steps, const int biasMode) {
  return e.steps == steps && e.biasMode == biasMode && !e.accumulate && e.gate == 0 && e.coefficient == 1.0f &&
         is_all(e.part) && (e.activationStride != 0 || !(steps & EPILOGUE_PRODUCT));
}

static inline __attribute__((always_inline)) Epilogue run_of(Epilogue e, const int steps, const int biasMode) {
  e.steps = steps, e.biasMode = biasMode, e.accumulate = 0, e.gate = 0, e.coefficient = 1.0f;
  e.part.positive = e.part.negative = 1.0f, e.activationStride = 1;
  return e;
}

// Whether all lanes of all vectors exist and the vectors lie at multiples of their size.
static inline int is_whole(const int K, global const float *target) {
  return K % LANES == 0 && (size_t)target % sizeof(real) == 0;
}

// `index` within the image, K channels of which those from k on are meant: lanes behind the last are not stored. `whole`
// is a constant: with it nothing is tested for. `shiftAt` is the place of what is added to z, `index` or one with the same number.
// Returns what the run ends with.
static inline __attribute__((always_inline)) real finish_lanes(const Epilogue e, const EpilogueArrays arrays, real value,
                                                               const FinishedEntry entry, const size_t index,
                                                               const size_t shiftAt, const int k, const int K,
                                                               const int whole) {
  const size_t at = entry.own + index, image = entry.image + index, left = whole ? LANES : K - k;
  const real zero = 0.0f;
  if (e.biasMode == 1) value += load_lanes(arrays.bias, k, k + left);
  if (e.biasMode == 2) value += load_lanes(arrays.bias, index, index + left);
  if (e.steps & EPILOGUE_PRODUCT) {
    const size_t from = e.activationStride ? image : index;
    const real a = load_lanes(arrays.activation, from, from + left);
    value *= part_of(e.part, a);
  }
  if (e.coefficient != 1.0f) value *= e.coefficient;
  if (e.accumulate) value += load_lanes(e.steps & EPILOGUE_KEEP ? arrays.kept : arrays.target, at, at + left);
  if (e.steps & EPILOGUE_KEEP) store_lanes(value, arrays.kept, at, at + left);
  if (e.steps & EPILOGUE_RECTIFY) value = value < zero ? zero : value;
  if (e.steps & EPILOGUE_QUOTIENT) {
    // After step 1 the sum is the denominator, after step 4 it is the relevance.
    if (e.steps & EPILOGUE_PRODUCT) {
      real z = load_lanes(arrays.denominator, image, image + left);
      if (e.isShifted) z += load_lanes(arrays.shift, shiftAt, shiftAt + left);
      value = stabilized_quotient(value, z, entry.epsilon, e.stabilizer.mode);
    } else {
      value = stabilized_quotient(load_lanes(arrays.relevance, at, at + left), value, entry.epsilon, e.stabilizer.mode);
    }
    if (e.gate != 0) value = gated(value, e.gate, load_lanes(arrays.gate, image, image + left));
  }
  if (e.isLarge)
    store_past_cache(value, arrays.target, at, at + left, whole);
  else
    store_lanes(value, arrays.target, at, at + left);
  return value;
}

static inline __attribute__((always_inline)) real finish(const Epilogue e, const EpilogueArrays arrays, const real value,
                                                         const FinishedEntry entry, const size_t index, const int k,
                                                         const int K) {
  return finish_lanes(e, arrays, value, entry, index, index, k, K, 0);
}

// What a launch that makes factors needs beside: the bias of z, and where f = a / stab(z) goes.
typedef struct {
  FactorParameters parameters;
  global const float *bias;
  global float *target;
} FactorArrays;

// The same with its flags as constants.
static inline __attribute__((always_inline)) FactorArrays factors_of(FactorArrays f, const int isMade, const int biasMode) {
  f.parameters.isMade = isMade, f.parameters.biasMode = biasMode;
  return f;
}

// f of a sum of the second set of filters, where `a` is what `finish_lanes` made of the first's.
static inline __attribute__((always_inline)) real factor_of(const FactorArrays f, const real a, real z, const size_t index,
                                                            const int k, const int K, const int whole) {
  const size_t left = whole ? LANES : K - k;
  if (f.parameters.biasMode == 1) z += load_lanes(f.bias, k, k + left);
  if (f.parameters.biasMode == 2) z += load_lanes(f.bias, index, index + left);
  const StabilizerParameters s = f.parameters.stabilizer;
  return stabilized_quotient(a, z, s.epsilon, s.mode);
}

static inline __attribute__((always_inline)) void finish_factor(const FactorArrays f, const real a, const real z,
                                                                const FinishedEntry entry, const size_t index, const int k,
                                                                const int K, const int whole) {
  const size_t at = entry.own + index, left = whole ? LANES : K - k;
  store_past_cache(factor_of(f, a, z, index, k, K, whole), f.target, at, at + left, whole);
}

// The epilogue's arrays as arguments of a kernel, its last ones, and as one value.
#define FINISH_PARAMETERS                                                                                          \
  global const float *bias, global const float *activation, global const float *relevance,                         \
      global const float *denominator, global const float *shift, global const float *gate,                        \
      global const float *statistics, global float *kept, global float *target
#define FINISH_ARRAYS {bias, activation, relevance, denominator, shift, gate, statistics, kept, target}
#endif
