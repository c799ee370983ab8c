import Foundation

/// A file's size, time of change and place on the disk, to notice that it has been replaced or changed.
struct FileStamp: Sendable, Equatable {
  let path: String
  private let numbers: [Int]

  /// - Throws: `ImageError` where it is not there.
  init(path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw ImageError(path: path, found: String(cString: strerror(errno))) }
    self.path = path
    numbers = [
      Int(status.st_size), Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(status.st_dev),
      Int(status.st_ino),
    ]
  }

  /// - Throws: `ImageError` where the file is no longer the same.
  func check() throws {
    guard try FileStamp(path: path) == self else {
      throw ImageError(path: path, found: "it changed while it was read", remedy: "begin again")
    }
  }
}
