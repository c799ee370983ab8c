// What the system offers and Swift's view of the C library leaves out.
#ifndef RELPROP_FILE_SYSTEM_SHIM_H
#define RELPROP_FILE_SYSTEM_SHIM_H

/// Writes to the disk what is held in memory of the file system that an open file or folder lies on: syncfs(2).
/// 0, or -1 with errno.
int relprop_flush_file_system(int descriptor);

#endif
