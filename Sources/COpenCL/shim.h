// OpenCL as Swift sees it. Target 1.2 keeps every call portable: no call above it is declared.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
