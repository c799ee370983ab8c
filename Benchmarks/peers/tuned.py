"""glibc's malloc as PyTorch is fastest with it: large buffers are kept, not unmapped and faulted in again."""
import os
import sys

TUNED = {"MALLOC_MMAP_THRESHOLD_": str(2 ** 30), "MALLOC_TRIM_THRESHOLD_": str(2 ** 34), "MALLOC_TOP_PAD_": str(2 ** 26)}


def restart():
    """Begins this process again with the thresholds, unless it has them: glibc reads them when a process starts."""
    if any(os.environ.get(name) != value for name, value in TUNED.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **TUNED})
