import CZlib

/// zlib's streams (RFC 1950) in memory.
enum Zlib {
  /// - Parameter level: 1 is fast, 9 is small.
  static func compress(_ bytes: UnsafeRawBufferPointer, level: Int32) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, initialized in
      var count = bound
      let status = compress2(
        buffer.baseAddress, &count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(bytes.count), level)
      // The buffer is as large as zlib asks; what is left is a lack of memory, or a level that does not exist.
      precondition(status == Z_OK, "zlib: compress2 returned \(status)")
      initialized = Int(count)
    }
  }

  /// Expands a stream into `buffer`.
  /// - Returns: whether the stream is whole, undamaged and exactly as long as the buffer.
  static func expand(_ stream: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    var count = uLong(buffer.count)
    let status = uncompress(
      buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &count,
      stream.baseAddress?.assumingMemoryBound(to: UInt8.self), uLong(stream.count))
    return status == Z_OK && count == uLong(buffer.count)
  }
}
