// The page and the script that `relprop export --to dzi` writes, carried inside the binary.
#ifndef RELPROP_VIEWER_SOURCES_H
#define RELPROP_VIEWER_SOURCES_H

/// The page's text, with places for the title, the map and the script: @TITLE@, @MAP@, @SCRIPT@.
const char *_Nonnull viewer_page(void);

/// The script's text.
const char *_Nonnull viewer_script(void);

#endif
