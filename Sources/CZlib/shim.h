// zlib's streams: how the chunks of a Zarr array are compressed.
#include <zlib.h>
