// GeoTIFF's and GDAL's tags, which libtiff does not know by itself.
#ifndef RELPROP_GEO_TAGS_H
#define RELPROP_GEO_TAGS_H

#include <tiffio.h>

#include "tiff_shim.h"

void geo_tags_register(TIFF *tiff);

// These return 1 on success, as libtiff's calls do.
int geo_tags_set(TIFF *tiff, const tiff_shim_place *place);
int geo_tags_set_metadata(TIFF *tiff, const char *xml);

#endif
