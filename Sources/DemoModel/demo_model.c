#include "demo_model.h"
