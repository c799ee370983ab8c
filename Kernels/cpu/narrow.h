// Rows of weights in 24 bits a number, for products that are bound by reading them.
//
//   w[k,i] = scale[k] * number,  number = an integer of 24 bits / 2^23, at most 1 in size
//
// 64 numbers are 48 words, three vectors. The upper 24 bits of a word are a number of the first 48; the lower 8 of one each of
// the three vectors are the numbers of the last 16. A word as a whole is read as its number: what its lower bits add was
// subtracted before rounding. So three numbers of four cost a conversion, and the error of all is at most half a step, 2^-24 of
// the row's largest weight.
//
// A row: 48 words for every whole 64 of F numbers, the rest as floats, up to a multiple of 16 words; behind all rows `scale`.
#ifndef RELPROP_NARROW_H
#define RELPROP_NARROW_H
#include "common.h"

#define NARROW_UNIT 0x1p-31f  // what the number is multiplied with that `narrow_numbers` gives

static inline int narrow_pitch(const int F) {
  return (F / NARROW_ENTRIES * NARROW_WORDS + F % NARROW_ENTRIES + 15) / 16 * 16;
}

// The block's 64 numbers, times 2^31.
static inline __attribute__((always_inline)) void narrow_numbers(global const float *words, private float16 *numbers) {
  const int16 a = as_int16(load16(words)), b = as_int16(load16(words + 16)), c = as_int16(load16(words + 32));
  const int16 d = (a << 24) | ((b & 0xff) << 16) | ((c & 0xff) << 8);
#ifdef __clang__
  numbers[0] = __builtin_convertvector(a, float16), numbers[1] = __builtin_convertvector(b, float16);
  numbers[2] = __builtin_convertvector(c, float16), numbers[3] = __builtin_convertvector(d, float16);
#else
  numbers[0] = convert_float16(a), numbers[1] = convert_float16(b);
  numbers[2] = convert_float16(c), numbers[3] = convert_float16(d);
#endif
}
#endif
