// Rows of a dense layer's weights as its CPU kernels read them: numbers as the network has them, or in 24 bits (narrow.h).
// `vectors` is a constant of the kernel.
#ifndef RELPROP_DENSE_H
#define RELPROP_DENSE_H
#include "cpu/narrow.h"

// Vectors of a row that are read together: one of w as it is, the four of a block of narrow.h.
#define AS_IT_IS 1
#define NARROW (NARROW_ENTRIES / 16)

// The numbers i, i + 1 ... of a row, in as many vectors.
static inline __attribute__((always_inline)) void numbers_of(const int vectors, global const float *row, const int i,
                                                             private float16 *numbers) {
  if (vectors == NARROW) narrow_numbers(row + i / NARROW_ENTRIES * NARROW_WORDS, numbers);
  else numbers[0] = load16(row + i);
}

// Words from one row to the next; from a row's first to those of number i, a multiple of what is read together; and what to
// add to i where it is one of the floats behind those.
static inline size_t row_pitch(const int vectors, const int F) { return vectors == NARROW ? narrow_pitch(F) : F; }

static inline int place_in_row(const int vectors, const int i) {
  return vectors == NARROW ? i / NARROW_ENTRIES * NARROW_WORDS : i;
}

static inline int rest_of_row(const int vectors, const int F) {
  return vectors == NARROW ? F / NARROW_ENTRIES * (NARROW_WORDS - NARROW_ENTRIES) : 0;
}
#endif
