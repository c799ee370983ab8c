import RelevancePropagation

/// A window of bytes, of a mapped file or in memory, that cannot be read beyond its ends.
///
/// Indices count from the window's start. Reading is checked: what lies outside throws, it does not trap.
struct Bytes: Sendable {
  private let memory: Memory
  private let start: Int
  let count: Int

  init(_ file: MappedFile) { self.init(Memory(file)) }
  init(_ array: [UInt8]) { self.init(Memory(array)) }

  private init(_ memory: Memory) {
    self.memory = memory
    start = 0
    count = memory.base.count
  }

  private init(memory: Memory, start: Int, count: Int) {
    self.memory = memory
    self.start = start
    self.count = count
  }

  /// Where the window lies in its mapped file; nil for bytes in memory.
  var mapping: (file: MappedFile, offset: Int)? { memory.file.map { ($0, start) } }

  /// - Precondition: `index` lies inside.
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return memory.base[start + index]
  }

  /// - Throws: `ModelFileError` where the range does not lie inside.
  func slice(at offset: Int, count length: Int, of what: @autoclosure () -> String) throws -> Bytes {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
      throw ModelFileError(
        at: what(), "expected \(length) bytes at offset \(offset), found \(max(0, count - max(0, offset)))",
        remedy: "is the file complete?")
    }
    return Bytes(memory: memory, start: start + offset, count: length)
  }

  /// Little-endian integer at `offset`.
  func integer<T: FixedWidthInteger>(_: T.Type, at offset: Int, of what: @autoclosure () -> String) throws -> T {
    try slice(at: offset, count: MemoryLayout<T>.size, of: what()).withUnsafeBytes {
      T(littleEndian: $0.loadUnaligned(as: T.self))
    }
  }

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(memory) {
      try body(UnsafeRawBufferPointer(rebasing: memory.base[start..<start + count]))
    }
  }

  func starts(with prefix: [UInt8]) -> Bool {
    count >= prefix.count && withUnsafeBytes { $0.prefix(prefix.count).elementsEqual(prefix) }
  }

  /// The bytes as UTF-8; damaged sequences become U+FFFD.
  var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Lets the system take back the pages of a mapped window that has been copied.
  func forget() { if let (file, offset) = mapping { file.forget(offset..<offset + count) } }

  private final class Memory: Sendable {
    let file: MappedFile?
    // Never written after init; the file or the allocation below lives as long as this object.
    nonisolated(unsafe) let base: UnsafeRawBufferPointer
    private let isOwned: Bool

    init(_ file: MappedFile) {
      self.file = file
      base = file.withBytes { $0 }
      isOwned = false
    }

    init(_ array: [UInt8]) {
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 16)
      copy.copyBytes(from: array)
      file = nil
      base = UnsafeRawBufferPointer(copy)
      isOwned = true
    }

    deinit { if isOwned { base.deallocate() } }
  }
}
