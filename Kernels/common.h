// Shared by the kernels: parts of a number, the stabilized denominator, compensated sums.
#include "geometry.h"

float part_of(const SignPart part, const float a) {
  return part.positive * fmax(a, 0.0f) + part.negative * fmin(a, 0.0f);
}

// part_of, raised to the part's power with the sign kept. The power is the same for a whole launch.
float powered_part_of(const SignPart part, const float a) {
  const float value = part_of(part, a);
  return part.power == 1.0f ? value : copysign(pow(fabs(value), part.power), value);
}

// R / stab(z), 0 where the denominator is exactly 0. `epsilon` already holds the relative share.
float stabilized_quotient(const float R, const float z, const float epsilon, const int mode) {
  float denominator = z;
  if (mode == 2) {
    denominator = z == 0.0f ? epsilon : z;
  } else {
    denominator = z + ((mode == 1 || z >= 0.0f) ? epsilon : -epsilon);
  }
  return denominator == 0.0f ? 0.0f : R / denominator;
}

// Neumaier's sum: the error does not grow with the number of terms.
typedef struct {
  float sum, error;
} CompensatedSum;

void add_compensated(CompensatedSum *total, const float term) {
  const float sum = total->sum + term;
  total->error += fabs(total->sum) >= fabs(term) ? (total->sum - sum) + term : (term - sum) + total->sum;
  total->sum = sum;
}
