#include "peak_source.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char text[] = {
#embed "../../Kernels/arithmetic.h" suffix(, )
#embed "peak.cl" suffix(, 0)
};

const char *peak_source(void) { return text; }
