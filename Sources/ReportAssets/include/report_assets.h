// Style sheet and programs of the pages that relprop report writes.
#ifndef REPORT_ASSETS_H
#define REPORT_ASSETS_H

#include <stddef.h>

// UTF-8 text of `length` bytes, not ended by a zero.
typedef struct {
  const char *_Nonnull text;
  size_t length;
} report_asset;

report_asset report_page_css(void);
report_asset report_page_js(void);
report_asset report_index_js(void);

#endif
