// What the instructions of a device decide.
#ifndef RELPROP_ARITHMETIC_H
#define RELPROP_ARITHMETIC_H

// a * b + c, rounded once where the device has an instruction for that. x86 before AVX2 has none, and fma() is a function there
// that takes a hundred times as long as the two operations.
#if defined(__x86_64__) && !defined(__FMA__) && !defined(__FMA4__)
#define multiply_add(a, b, c) ((a) * (b) + (c))
#else
#define multiply_add(a, b, c) fma(a, b, c)
#endif
#endif
