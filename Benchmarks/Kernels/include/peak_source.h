// The text of peak.cl, carried inside the benchmark's binary.
#ifndef RELPROP_PEAK_SOURCE_H
#define RELPROP_PEAK_SOURCE_H

const char *_Nonnull peak_source(void);

#endif
