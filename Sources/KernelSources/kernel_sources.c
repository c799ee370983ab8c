#include "kernel_sources.h"
