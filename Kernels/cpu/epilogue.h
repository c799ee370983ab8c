// What becomes of a finished sum before it leaves the registers: bias, rectifier, and the steps of LRP around it.
//
//   forward, step 1   z = coefficient * (sum + bias) (+ z), and its rectified form beside or in its place
//   step 2            s = R / stab(z)        of a z just made, or of one stored before
//   step 3            c = sum
//   step 4            R = coefficient * part(a) * c (+ R)
//
// One launch does a run of these: {step 1}, {step 1, step 2}, {step 3}, {step 3, step 4}, {step 3, step 4, step 2 of the
// layer below}. All arrays lie like the output: [entries][count], entry m of a batch reads those of image m / targets.
#ifndef RELPROP_EPILOGUE_H
#define RELPROP_EPILOGUE_H
#include "common.h"

typedef struct {
  global const float *bias;        // read where biasMode is not 0
  global const float *activation;  // a of step 4
  global const float *relevance;   // R of step 2 after step 1
  global const float *denominator; // z of step 2 after step 4
  global const float *gate;        // the layer's output, where a gate looks at it
  global const float *statistics;  // one number an image, for a relative stabilizer
  global float *kept;              // the number before the last: z beside its rectified form, R beside s
  global float *target;            // what the run ends with
} EpilogueArrays;

// Whole vectors past the caches: results larger than a cache are gone from it before they are read again, and a store
// that fills a line need not read it first.
static inline __attribute__((always_inline)) void store_past_cache(const float16 value, global float *numbers,
                                                                   const size_t i, const size_t end) {
#ifdef __clang__
  if (i + 16 <= end && ((size_t)(numbers + i) & 63) == 0) {
    __builtin_nontemporal_store(value, (global float16 *)(numbers + i));
    return;
  }
#endif
  store_lanes(value, numbers, i, end);
}

// The runs that take most of the time, with their flags as constants: in `finish` the branches vanish.
static inline __attribute__((always_inline)) Epilogue forward_epilogue(Epilogue e) {
  e.steps = EPILOGUE_RECTIFY, e.biasMode = 1, e.accumulate = 0, e.gate = 0, e.coefficient = 1.0f;
  return e;
}

static inline __attribute__((always_inline)) Epilogue backward_epilogue(Epilogue e) {
  e.steps = EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, e.biasMode = 0, e.accumulate = 0, e.gate = 0, e.coefficient = 1.0f;
  e.part.positive = e.part.negative = 1.0f, e.stabilizer.relative = 0.0f, e.activationStride = 1;
  return e;
}

static inline __attribute__((always_inline)) Epilogue plain_epilogue(Epilogue e) {
  e.steps = 0, e.biasMode = 1, e.accumulate = 0, e.gate = 0, e.coefficient = 1.0f;
  return e;
}

static inline int is_plain(const Epilogue e) {
  return e.steps == 0 && e.biasMode == 1 && !e.accumulate && e.coefficient == 1.0f;
}

static inline int is_forward(const Epilogue e) {
  return e.steps == EPILOGUE_RECTIFY && e.biasMode == 1 && !e.accumulate && e.coefficient == 1.0f;
}

static inline int is_backward(const Epilogue e) {
  return e.steps == (EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT) && !e.accumulate && e.gate == 0 && e.coefficient == 1.0f &&
         e.part.positive == 1.0f && e.part.negative == 1.0f && e.stabilizer.relative == 0.0f && e.activationStride != 0;
}

// `index` within the image, K channels of which those from k on are meant: lanes behind the last are not stored.
static inline __attribute__((always_inline)) void finish(const Epilogue e, const EpilogueArrays arrays, float16 value,
                                                         const int entry, const size_t index, const int k, const int K) {
  const size_t at = (size_t)entry * e.count + index, image = (size_t)(entry / e.targets) * e.count + index;
  const size_t end = at + (K - k), imageEnd = image + (K - k);
  const float16 zero = 0.0f;
  if (e.biasMode == 1) value += load_lanes(arrays.bias, k, K);
  if (e.biasMode == 2) value += load_lanes(arrays.bias, index, index + (K - k));
  if (e.steps & EPILOGUE_PRODUCT) {
    const float16 a = load_lanes(arrays.activation, e.activationStride ? image : index, e.activationStride ? imageEnd : index + (K - k));
    value *= e.part.positive == 1.0f && e.part.negative == 1.0f ? a : part_of(e.part, a);
  }
  if (e.coefficient != 1.0f) value *= e.coefficient;
  if (e.accumulate) value += load_lanes(e.steps & EPILOGUE_KEEP ? arrays.kept : arrays.target, at, end);
  if (e.steps & EPILOGUE_KEEP) store_lanes(value, arrays.kept, at, end);
  if (e.steps & EPILOGUE_RECTIFY) value = value < zero ? zero : value;
  if (e.steps & EPILOGUE_QUOTIENT) {
    float epsilon = e.stabilizer.epsilon;
    if (e.stabilizer.relative != 0.0f) epsilon += e.stabilizer.relative * arrays.statistics[entry / e.targets];
    // After step 1 the sum is the denominator, after step 4 it is the relevance.
    const int isDenominator = !(e.steps & EPILOGUE_PRODUCT);
    const float16 other = isDenominator ? load_lanes(arrays.relevance, at, end) : load_lanes(arrays.denominator, image, imageEnd);
    value = isDenominator ? stabilized_quotient(other, value, epsilon, e.stabilizer.mode)
                          : stabilized_quotient(value, other, epsilon, e.stabilizer.mode);
    if (e.gate != 0) value = gated(value, e.gate, load_lanes(arrays.gate, image, imageEnd));
  }
  if (e.isLarge)
    store_past_cache(value, arrays.target, at, end);
  else
    store_lanes(value, arrays.target, at, end);
}
#endif
