// Reading zip archives (PyTorch's .pth, NumPy's .npz) through zlib's minizip.
#include <minizip/unzip.h>
