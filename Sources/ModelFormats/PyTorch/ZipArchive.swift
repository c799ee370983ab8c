import CMinizip
import RelevancePropagation

/// A zip archive, read through zlib's minizip. Stored entries become windows of the mapped file; deflated ones are
/// inflated into memory, as far as the file's size justifies.
final class ZipArchive {
  private let file: MappedFile
  private let handle: unzFile
  private let allowance: MemoryAllowance
  private var entries: [String: Entry] = [:]
  private(set) var names: [String] = []

  private struct Entry {
    var position: unz64_file_pos
    var method: UInt
    var flags: UInt
    var compressedSize: UInt64
    var size: UInt64
  }

  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  init(_ file: MappedFile, allowance: MemoryAllowance) throws {
    guard let handle = unzOpen64(file.path) else {
      throw ModelFileError(
        "begins like a zip archive but its directory, at the end, cannot be read", remedy: "is the file complete?")
    }
    self.file = file
    self.handle = handle
    self.allowance = allowance
    var status = unzGoToFirstFile(handle)
    while status == UNZ_OK {
      try readEntry()
      status = unzGoToNextFile(handle)
    }
    guard status == UNZ_END_OF_LIST_OF_FILE else {
      throw ModelFileError("the zip directory is damaged after \(names.count) entries", remedy: "is the file complete?")
    }
  }

  deinit { unzClose(handle) }

  private func readEntry() throws {
    var info = unz_file_info64()
    var name = [CChar](repeating: 0, count: 1024)
    var position = unz64_file_pos()
    guard
      unzGetCurrentFileInfo64(handle, &info, &name, UInt(name.count - 1), nil, 0, nil, 0) == UNZ_OK,
      unzGetFilePos64(handle, &position) == UNZ_OK
    else { throw ModelFileError("the zip directory is damaged after \(names.count) entries") }
    let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let entry = Entry(
      position: position, method: info.compression_method, flags: info.flag, compressedSize: info.compressed_size,
      size: info.uncompressed_size)
    if entries.updateValue(entry, forKey: text) == nil { names.append(text) }
  }

  func contains(_ name: String) -> Bool { entries[name] != nil }

  /// Content of an entry.
  func bytes(of name: String) throws -> Bytes {
    guard var entry = entries[name] else {
      throw ModelFileError(at: name, "the archive has no such entry", remedy: "is the file complete?")
    }
    guard entry.flags & 1 == 0 else { throw ModelFileError(at: name, "is encrypted") }
    guard unzGoToFilePos64(handle, &entry.position) == UNZ_OK, unzOpenCurrentFile(handle) == UNZ_OK else {
      throw ModelFileError(at: name, "the entry's header is damaged", remedy: "is the file complete?")
    }
    defer { unzCloseCurrentFile(handle) }
    switch entry.method {
    case 0:
      let offset = unzGetCurrentFileZStreamPos64(handle)
      guard entry.size == entry.compressedSize, let start = Int(exactly: offset), let count = Int(exactly: entry.size)
      else { throw ModelFileError(at: name, "the entry's sizes contradict each other") }
      return try Bytes(file).slice(at: start, count: count, of: name)
    case 8:
      return try inflate(name, entry)
    default:
      throw ModelFileError(
        at: name, "compression method \(entry.method) is not supported", remedy: "save the file again with torch.save")
    }
  }

  private func inflate(_ name: String, _ entry: Entry) throws -> Bytes {
    guard let size = Int(exactly: entry.size), entry.compressedSize <= UInt64(file.count) else {
      throw ModelFileError(at: name, "the entry's sizes exceed the file")
    }
    try allowance.spend(size, at: name)
    var content = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let chunk = content.withUnsafeMutableBytes {
        unzReadCurrentFile(handle, $0.baseAddress! + filled, UInt32(min(size - filled, 1 << 26)))
      }
      guard chunk > 0 else { throw ModelFileError(at: name, "the compressed data is damaged") }
      filled += Int(chunk)
    }
    return Bytes(content)
  }
}
