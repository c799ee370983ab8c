import Foundation
import RelevancePropagation

/// A map of relevance on the disk: an OME-Zarr image (NGFF 0.4 over Zarr v2) that napari and others open.
///
/// ```
/// NAME.zarr/
///   .zgroup  .zattrs        multiscales, omero, and "relprop": where the map comes from
///   0/                      [2, H, W] float32: relevance, coverage; chunks of [1, 512, 512], a file each
///   1/ 2/ …                 each half as large, made by `finish`
/// ```
/// While it is computed a store has level 0 alone and takes chunks in any order from any number of processes.
/// `finish` adds the pyramid and the statistics of the whole map; a store is finished when it has the latter.
///
/// ```swift
/// let store = try Store.create(at: "slide.zarr", width: 20_000, height: 20_000, provenance: ["image": "slide.tif"])
/// try store.write(relevance: strip, coverage: windows, x: 0, y: 0, width: 20_000, height: 512)
/// try store.finish()
/// ```
public struct Store: Sendable {
  /// Width and height of chunks.
  public static let chunkSide = 512

  public let path: String
  /// Level 0 and, in a finished store, its smaller copies.
  public let levels: [ZarrArray]
  public let provenance: Provenance
  /// Of level 0; nil while the store is not finished.
  public let statistics: MapStatistics?

  public var base: ZarrArray { levels[0] }
  public var width: Int { base.width }
  public var height: Int { base.height }
  public var isFinished: Bool { statistics != nil }

  /// The folder's name without ".zarr".
  public var name: String {
    let name = URL(fileURLWithPath: path).lastPathComponent
    return name.hasSuffix(".zarr") ? String(name.dropLast(5)) : name
  }

  // MARK: Making and opening

  /// An empty store, which appears at once or not at all.
  ///
  /// - Parameter filling: puts further files into the folder, which has another name until all is there.
  /// - Throws: `FileWriteError`: something is at that place, the folder above is missing or read-only; what `filling` throws.
  public static func create(
    at path: String, width: Int, height: Int, provenance: Provenance, filling: (String) throws -> Void = { _ in }
  ) throws -> Store {
    let folder = try AtomicFolder(path: path)
    let array = try ZarrArray.create(
      at: folder.temporary + "/0", planes: MapPlane.allCases.count, height: height, width: width,
      chunkHeight: chunkSide, chunkWidth: chunkSide)
    try AtomicFile.write("{\n    \"zarr_format\": 2\n}\n", to: folder.temporary + "/.zgroup")
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let attributes = StoreAttributes(name: name, levels: [array], provenance: provenance, statistics: nil)
    try AtomicFile.write(attributes.text, to: folder.temporary + "/.zattrs")
    try filling(folder.temporary)
    try folder.commit()
    return try Store(path: path)
  }

  /// Opens a store.
  /// - Throws: `ZarrError`: nothing there, another program's or version's, damaged metadata.
  public init(path: String) throws {
    self.path = path
    func refused(_ problem: String) -> ZarrError { ZarrError(path: path, problem) }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw refused("no store there; name the .zarr folder that relprop scan wrote")
    }
    guard isFolder.boolValue else { throw refused("a file; a store is a folder, such as relprop scan writes") }
    guard has(".zgroup") else {
      throw refused(
        has("zarr.json")
          ? "expected Zarr version 2, found version 3"
          : has(".zarray")
            ? "expected a store, found one of its arrays; name the folder above it"
            : "no store: expected .zgroup in it; name the .zarr folder that relprop scan wrote")
    }
    let hint = "a store's attributes are needed to read it"
    let attributes = try StoreFile.json(path + "/.zattrs", hint: hint)
    guard let provenance = attributes["relprop"]?.object else {
      throw refused("expected \"relprop\" in .zattrs, found none; only stores that relprop scan wrote are read")
    }
    self.provenance = Provenance(provenance)
    let names = (attributes["multiscales"]?.array?.first?["datasets"]?.array ?? []).compactMap { $0["path"]?.string }
    guard let first = names.first, names.allSatisfy({ !$0.contains("/") && !$0.hasPrefix(".") }) else {
      throw refused("expected multiscales with datasets in .zattrs, found none; \(hint)")
    }
    let base = try ZarrArray(path: path + "/" + first)
    var levels = [base]
    for name in names.dropFirst() { levels.append(try ZarrArray(path: path + "/" + name)) }
    for (level, array) in levels.enumerated() {
      let size = { (side: Int) in (side + 1 << level - 1) >> level }
      let expected = [MapPlane.allCases.count, size(base.height), size(base.width), Self.chunkSide, Self.chunkSide]
      let found = [array.planes, array.height, array.width, array.chunkHeight, array.chunkWidth]
      guard expected == found else {
        throw ZarrError(
          path: array.path,
          "expected shape \(Array(expected[..<3])) in chunks of \(Array(expected[3...])), "
            + "found \(Array(found[..<3])) in chunks of \(Array(found[3...]))")
      }
    }
    self.levels = levels
    statistics = try provenance["statistics"].map { value in
      do {
        return try JSONDecoder().decode(MapStatistics.self, from: JSONEncoder().encode(value))
      } catch {
        throw refused("\"statistics\" in .zattrs is damaged; finish the store again")
      }
    }
  }

  // MARK: Writing

  /// Writes a rectangle of whole chunks of level 0: a strip, or a shard's part of one.
  /// - Parameters:
  ///   - relevance, coverage: `height` rows of `width`.
  /// - Precondition: the rectangle begins at a chunk's corner and ends at another's, or at the map's border.
  /// - Throws: `FileWriteError`; chunks written before stay.
  public func write(relevance: [Float], coverage: [Float], x: Int, y: Int, width: Int, height: Int) throws {
    for (plane, values) in [(MapPlane.relevance, relevance), (.coverage, coverage)] {
      try base.write(values, plane: plane.rawValue, x: x, y: y, width: width, height: height)
    }
  }

  /// Writes to the disk what the system still holds in memory: what was written before survives a loss of power. To be
  /// called before a note that says so.
  /// - Throws: `FileWriteError`.
  public func flush() throws { try AtomicFolder.flush(path) }

  /// Adds the pyramid, the statistics and the colour scale that follows from them. May be called again: the smaller levels
  /// are made anew, and files that a killed process left half-written are removed. Nobody else may write meanwhile.
  ///
  /// No other process may write to the store meanwhile. Ended half-way it leaves the store as it was, not finished.
  /// - Parameters:
  ///   - additions: put into the provenance with it.
  ///   - progress: called now and then with the share that is done, 0 … 1; what it throws ends the work.
  /// - Returns: the finished store.
  /// - Throws: `ZarrError`, `FileWriteError`.
  @discardableResult
  public func finish(
    adding additions: [String: JSONValue] = [:], progress: (Double) throws -> Void = { _ in }
  ) throws -> Store {
    var provenance = provenance
    provenance["statistics"] = nil
    provenance["colorScale"] = nil
    try writeAttributes([base], provenance, nil)
    try removeSmallerLevels()
    try removeTemporaries()

    // Work is counted in chunks that are written, and those that are read once more for the statistics.
    let folder = path + "/" + Self.pyramidFolder
    let count = Pyramid.levelCount(width: width, height: height, side: Self.chunkSide)
    let chunks = { (side: Int, level: Int) in ((side - 1) >> level) / Self.chunkSide + 1 }
    let total = (0..<count).reduce(0) { $0 + chunks(width, $1) * chunks(height, $1) }
    var levels = [base]
    var done = 0
    for level in 1..<max(count, 1) {
      levels.append(
        try Pyramid.halve(levels[level - 1], to: folder + "/\(level)") {
          done += chunks(width, level)
          try progress(Double(done) / Double(total))
        })
    }
    for level in 1..<levels.count {
      guard rename(folder + "/\(level)", path + "/\(level)") == 0 else {
        throw FileWriteError(path: path + "/\(level)", errno: errno)
      }
      levels[level] = try ZarrArray(path: path + "/\(level)")
    }
    try? FileManager.default.removeItem(atPath: folder)

    let statistics = try MapStatistics(base)
    provenance.values.merge(additions) { $1 }
    provenance["statistics"] = StoreAttributes.value(statistics)
    provenance["colorScale"] = ["range": "seed", "bound": .number(statistics.seedBound)]
    try flush()
    try writeAttributes(levels, provenance, statistics)
    try progress(1)
    return try Store(path: path)
  }

  private static let pyramidFolder = ".pyramid"

  private func removeSmallerLevels() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name == Self.pyramidFolder || Int(name).map({ $0 > 0 }) == true {
      do {
        try FileManager.default.removeItem(atPath: path + "/" + name)
      } catch {
        throw FileWriteError(path: path + "/" + name, reason: StoreFile.reason(error))
      }
    }
  }

  private func removeTemporaries() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let chunks = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    for file in names.map({ path + "/" + $0 }) + chunks.map({ base.path + "/" + $0 })
    where AtomicFile.isTemporary((file as NSString).lastPathComponent) {
      guard unlink(file) == 0 || errno == ENOENT else { throw FileWriteError(path: file, errno: errno) }
    }
  }

  private func writeAttributes(
    _ levels: [ZarrArray], _ provenance: Provenance, _ statistics: MapStatistics?
  ) throws {
    var attributes = try StoreFile.json(path + "/.zattrs", hint: "")
    let new = StoreAttributes(name: name, levels: levels, provenance: provenance, statistics: statistics)
    // What others have put there stays.
    for key in ["multiscales", "omero", "relprop"] { attributes[key] = new.values[key] }
    try AtomicFile.write(StoreAttributes(values: attributes).text, to: path + "/.zattrs")
  }
}
