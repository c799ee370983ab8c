#include "report_assets.h"

// #embed is C23; clang reads it in C11 as well and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char page_css[] = {
#embed "page.css"
};
static const char page_js[] = {
#embed "page.js"
};
static const char index_js[] = {
#embed "index.js"
};

report_asset report_page_css(void) { return (report_asset){page_css, sizeof page_css}; }
report_asset report_page_js(void) { return (report_asset){page_js, sizeof page_js}; }
report_asset report_index_js(void) { return (report_asset){index_js, sizeof index_js}; }
