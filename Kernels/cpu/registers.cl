// What vectors the compiler of a CPU device makes of a float16: the processor's own word is not enough, because PoCL's compiler
// may know less of it.
//
//   of[0] = numbers of float32 in a register,  of[1] = registers;  0, 0 where this file does not know the processor
//
// of [2]. Grid (1) in groups of 1.
kernel void vector_registers(global int *of) {
#if defined(__AVX512F__)
  of[0] = 16, of[1] = 32;
#elif defined(__AVX__)
  of[0] = 8, of[1] = 16;
#elif defined(__SSE2__)
  of[0] = 4, of[1] = 16;
#elif defined(__ARM_NEON) || defined(__aarch64__)
  of[0] = 4, of[1] = 32;
#else
  of[0] = 0, of[1] = 0;
#endif
}
