// OpenCL as Swift sees it. Target 1.2 keeps every call portable: no call above it is declared.
//
// The loader (libOpenCL.so.1) is opened when it is first needed and not linked: where it is missing the program still
// starts and can say so, instead of ending in the dynamic linker.
#ifndef RELPROP_OPENCL_H
#define RELPROP_OPENCL_H
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

// Why the loader cannot be used, or NULL where it can. The text lives as long as the process.
const char *_Nullable opencl_loader_problem(void);

#endif
