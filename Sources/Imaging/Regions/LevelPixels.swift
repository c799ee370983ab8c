import RelevancePropagation

/// The pixels of one picture, read by rectangles. Of one thread at a time.
protocol LevelPixels: AnyObject {
  var width: Int { get }
  var height: Int { get }
  /// 16 bits a sample in the file, floats in memory.
  var isWide: Bool { get }

  /// Fills `buffer`, whose area lies inside the picture.
  /// - Returns: what could not be decoded and is now 0, in the picture's coordinates, inside the area.
  /// - Throws: where going on has no sense: the file has gone or changed, the disk for spooled rows is full.
  func read(into buffer: PixelBuffer) throws -> [PixelRectangle]
}

enum ReadingMemory {
  /// What one picture may keep decoded, to serve rows that the next region shares with the last one.
  static let kept = 64 << 20
  /// What passes through a conversion (turning, resizing) at once.
  static let inFlight = 16 << 20
  /// What is asked of libvips at once.
  static let block = 4 << 20
}
