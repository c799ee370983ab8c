#define _GNU_SOURCE
#include "opencl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// Status of every call where there is no loader: what the loader itself says where there is no driver.
#define NO_LOADER (-1001)

static void *library;
static char problem[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
  const char *name = getenv("RELPROP_OPENCL_LIBRARY");
  if (name == NULL || *name == '\0') name = "libOpenCL.so.1";
  library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) snprintf(problem, sizeof problem, "%s", dlerror());
}

const char *opencl_loader_problem(void) {
  pthread_once(&once, open_library);
  return problem[0] == '\0' ? NULL : problem;
}

// A preloaded implementation (oclgrind) comes before the loader.
static void *find(const char *name) {
  void *symbol = dlsym(RTLD_NEXT, name);
  if (symbol != NULL) return symbol;
  pthread_once(&once, open_library);
  return library == NULL ? NULL : dlsym(library, name);
}

// Each call is found once and passed on. FORWARD: calls that return a status; CREATE: calls that return an object and
// write a status to their last argument, here `status`.
#define FORWARD(name, parameters, arguments)                       \
  cl_int name parameters {                                         \
    static __typeof__(&name) function;                             \
    if (function == NULL) function = (__typeof__(&name))find(#name); \
    return function == NULL ? NO_LOADER : function arguments;      \
  }
#define CREATE(type, name, parameters, arguments)                  \
  type name parameters {                                           \
    static __typeof__(&name) function;                             \
    if (function == NULL) function = (__typeof__(&name))find(#name); \
    if (function == NULL && status != NULL) *status = NO_LOADER;   \
    return function == NULL ? NULL : function arguments;           \
  }

FORWARD(clGetPlatformIDs, (cl_uint count, cl_platform_id *platforms, cl_uint *found), (count, platforms, found))
FORWARD(clGetPlatformInfo, (cl_platform_id platform, cl_platform_info key, size_t size, void *value, size_t *needed),
        (platform, key, size, value, needed))
FORWARD(clGetDeviceIDs,
        (cl_platform_id platform, cl_device_type type, cl_uint count, cl_device_id *devices, cl_uint *found),
        (platform, type, count, devices, found))
FORWARD(clGetDeviceInfo, (cl_device_id device, cl_device_info key, size_t size, void *value, size_t *needed),
        (device, key, size, value, needed))

CREATE(cl_context, clCreateContext,
       (const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
        void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *status),
       (properties, count, devices, notify, data, status))
CREATE(cl_command_queue, clCreateCommandQueue,
       (cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *status),
       (context, device, properties, status))
CREATE(cl_mem, clCreateBuffer, (cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *status),
       (context, flags, size, host, status))
CREATE(cl_program, clCreateProgramWithSource,
       (cl_context context, cl_uint count, const char **texts, const size_t *lengths, cl_int *status),
       (context, count, texts, lengths, status))
CREATE(cl_program, clCreateProgramWithBinary,
       (cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths,
        const unsigned char **binaries, cl_int *binary_status, cl_int *status),
       (context, count, devices, lengths, binaries, binary_status, status))
CREATE(cl_kernel, clCreateKernel, (cl_program program, const char *name, cl_int *status), (program, name, status))

FORWARD(clBuildProgram,
        (cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
         void(CL_CALLBACK *notify)(cl_program, void *), void *data),
        (program, count, devices, options, notify, data))
FORWARD(clGetProgramInfo, (cl_program program, cl_program_info key, size_t size, void *value, size_t *needed),
        (program, key, size, value, needed))
FORWARD(clGetProgramBuildInfo,
        (cl_program program, cl_device_id device, cl_program_build_info key, size_t size, void *value, size_t *needed),
        (program, device, key, size, value, needed))
FORWARD(clGetKernelInfo, (cl_kernel kernel, cl_kernel_info key, size_t size, void *value, size_t *needed),
        (kernel, key, size, value, needed))
FORWARD(clGetKernelArgInfo,
        (cl_kernel kernel, cl_uint index, cl_kernel_arg_info key, size_t size, void *value, size_t *needed),
        (kernel, index, key, size, value, needed))
FORWARD(clSetKernelArg, (cl_kernel kernel, cl_uint index, size_t size, const void *value),
        (kernel, index, size, value))
FORWARD(clEnqueueNDRangeKernel,
        (cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
         const size_t *local, cl_uint count, const cl_event *events, cl_event *event),
        (queue, kernel, dimensions, offset, global, local, count, events, event))
FORWARD(clEnqueueWriteBuffer,
        (cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size, const void *host,
         cl_uint count, const cl_event *events, cl_event *event),
        (queue, buffer, blocking, offset, size, host, count, events, event))
FORWARD(clEnqueueReadBuffer,
        (cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t size, void *host,
         cl_uint count, const cl_event *events, cl_event *event),
        (queue, buffer, blocking, offset, size, host, count, events, event))
FORWARD(clEnqueueMarkerWithWaitList, (cl_command_queue queue, cl_uint count, const cl_event *events, cl_event *event),
        (queue, count, events, event))
FORWARD(clEnqueueBarrierWithWaitList, (cl_command_queue queue, cl_uint count, const cl_event *events, cl_event *event),
        (queue, count, events, event))
CREATE(void *, clEnqueueMapBuffer,
       (cl_command_queue queue, cl_mem buffer, cl_bool blocking, cl_map_flags flags, size_t offset, size_t size,
        cl_uint count, const cl_event *events, cl_event *event, cl_int *status),
       (queue, buffer, blocking, flags, offset, size, count, events, event, status))
FORWARD(clEnqueueUnmapMemObject,
        (cl_command_queue queue, cl_mem buffer, void *mapped, cl_uint count, const cl_event *events, cl_event *event),
        (queue, buffer, mapped, count, events, event))
FORWARD(clWaitForEvents, (cl_uint count, const cl_event *events), (count, events))
FORWARD(clFlush, (cl_command_queue queue), (queue))
FORWARD(clFinish, (cl_command_queue queue), (queue))
FORWARD(clRetainContext, (cl_context context), (context))
FORWARD(clReleaseContext, (cl_context context), (context))
FORWARD(clReleaseCommandQueue, (cl_command_queue queue), (queue))
FORWARD(clReleaseMemObject, (cl_mem buffer), (buffer))
FORWARD(clSetMemObjectDestructorCallback,
        (cl_mem buffer, void(CL_CALLBACK *notify)(cl_mem, void *), void *data), (buffer, notify, data))
FORWARD(clReleaseProgram, (cl_program program), (program))
FORWARD(clReleaseKernel, (cl_kernel kernel), (kernel))
FORWARD(clGetEventProfilingInfo,
        (cl_event event, cl_profiling_info key, size_t size, void *value, size_t *needed),
        (event, key, size, value, needed))
FORWARD(clReleaseEvent, (cl_event event), (event))
