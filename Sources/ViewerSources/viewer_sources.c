#include "viewer_sources.h"

// #embed is C23; clang reads it in C11 as well and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char page[] = {
#embed "viewer.html"
    , 0};
static const char script[] = {
#embed "viewer.js"
    , 0};

const char *viewer_page(void) { return page; }

const char *viewer_script(void) { return script; }
