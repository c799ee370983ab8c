import Foundation
import RelevancePropagation
import TIFFShim

/// A tiled BigTIFF in work: written under a temporary name through libtiff, renamed when it is whole.
///
/// All directories stand before the pixels, the smaller pictures' pixels before those of the larger ones if they are
/// written in that order: what the COG standard (OGC 21-026) asks for, and what the other layouts do not mind.
final class TIFFFile {
  /// One picture of the file.
  struct Picture {
    var width: Int
    var height: Int
    /// float32 of so many interleaved bands, or 8-bit RGB.
    var samples: Samples
    var isReduced = false
    /// How many of the following pictures are its SubIFDs.
    var children = 0
    var micronsPerPixel: Double?
    var description: String?
    /// GDAL's XML of names.
    var gdalMetadata: String?

    var tileRows: Int { (height + TIFFFile.tile - 1) / TIFFFile.tile }
    var tileColumns: Int { (width + TIFFFile.tile - 1) / TIFFFile.tile }
  }

  enum Samples: Equatable {
    case floats(bands: Int)
    case colors

    var bytesPerPixel: Int {
      switch self {
      case .floats(let bands): 4 * bands
      case .colors: 3
      }
    }
  }

  /// Width and height of tiles: those of a store's chunks.
  static let tile = 512

  private let path: String
  private let pictures: [Picture]
  private var file: AtomicFile?
  private var handle: OpaquePointer?
  private var chosen = 0
  /// The tile of the chosen picture that stands for every empty one.
  private var empty: UInt32?

  /// - Parameter place: of the first picture on the earth.
  /// - Throws: `FileWriteError`.
  init(path: String, pictures: [Picture], place: GeoPlace? = nil, software: String) throws {
    let file = try AtomicFile(path: path)
    guard file.isRegular else {
      throw FileWriteError(path: path, reason: "it is no regular file, and TIFF is not written in order; name a file")
    }
    self.path = path
    self.pictures = pictures
    handle =
      if let place {
        try place.withTags { try Self.create(path, file.descriptor, pictures, $0, software) }
      } else {
        try Self.create(path, file.descriptor, pictures, nil, software)
      }
    self.file = consume file
  }

  private static func create(
    _ path: String, _ descriptor: Int32, _ pictures: [Picture], _ place: UnsafePointer<tiff_shim_place>?,
    _ software: String
  ) throws -> OpaquePointer {
    // The texts that the directories point to, until they are written.
    var texts: [UnsafeMutablePointer<CChar>] = []
    defer { for text in texts { free(text) } }
    func copy(_ text: String?) -> UnsafePointer<CChar>? {
      guard let text else { return nil }
      texts.append(strdup(text))
      return UnsafePointer(texts.last!)
    }
    var directories = pictures.map { picture in
      var directory = tiff_shim_picture()
      directory.width = Int32(picture.width)
      directory.height = Int32(picture.height)
      directory.tile = Int32(tile)
      switch picture.samples {
      case .floats(let bands): (directory.bands, directory.is_float) = (UInt16(bands), 1)
      case .colors: (directory.bands, directory.is_float) = (3, 0)
      }
      directory.is_reduced = picture.isReduced ? 1 : 0
      directory.children = UInt16(picture.children)
      directory.pixels_per_centimetre = picture.micronsPerPixel.map { 1e4 / $0 } ?? 0
      directory.description = copy(picture.description)
      directory.gdal_metadata = copy(picture.gdalMetadata)
      return directory
    }
    directories[0].place = place
    var message: UnsafeMutablePointer<CChar>?
    var code: Int32 = 0
    guard let handle = tiff_shim_create(descriptor, directories, Int32(directories.count), software, &message, &code)
    else {
      defer { free(message) }
      throw error(path, code, message.map { String(cString: $0) } ?? "unknown failure")
    }
    return handle
  }

  deinit {
    if let handle { tiff_shim_free(handle) }
  }

  /// Chooses the picture whose tiles come next. Each picture once.
  func choose(_ picture: Int) throws {
    try check { tiff_shim_select($0, Int32(picture)) }
    chosen = picture
    empty = nil
  }

  /// Writes a tile of the chosen picture.
  /// - Parameter samples: tile² pixels, row by row; nil for an empty tile, whose samples `fill` makes where none was
  ///   written before. Empty tiles are compressed once.
  func write(row: Int, column: Int, _ samples: [UInt8]?, fill: () -> [UInt8]) throws {
    let picture = pictures[chosen]
    let number = UInt32(row * picture.tileColumns + column)
    if samples == nil, let empty { return try check { tiff_shim_repeat($0, empty, number) } }
    let bytes = samples ?? fill()
    precondition(bytes.count == Self.tile * Self.tile * picture.samples.bytesPerPixel, "a tile of \(bytes.count) bytes")
    try check { handle in bytes.withUnsafeBytes { tiff_shim_write(handle, number, $0.baseAddress!, $0.count) } }
    if samples == nil { empty = number }
  }

  /// Puts the file in its place. To be called once, at the end.
  func commit() throws {
    try check { tiff_shim_finish($0) }
    if let handle { tiff_shim_free(handle) }
    handle = nil
    try file.take()!.commit()
  }

  private func check(_ body: (OpaquePointer) -> Int32) throws {
    guard body(handle!) != 0 else { return }
    throw Self.error(path, tiff_shim_code(handle!), String(cString: tiff_shim_message(handle!)))
  }

  private static func error(_ path: String, _ code: Int32, _ message: String) -> FileWriteError {
    code == 0 ? FileWriteError(path: path, reason: "libtiff: \(message)") : FileWriteError(path: path, errno: code)
  }
}
