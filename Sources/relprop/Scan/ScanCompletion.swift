import Foundation
import OMEZarr
import RelevancePropagation
import Scanning

/// How much of a map is done, from its markers.
struct ScanCompletion {
  let folder: ScanFolder
  let store: Store
  let identity: ScanIdentity
  /// By row and column of chunks.
  let markers: [(name: String, marker: ScanFolder.Marker)]
  /// Chunks of level 0 that no finished strip holds: row, columns.
  let missing: [(row: Int, columns: Range<Int>)]

  init(path: String) throws {
    store = try Store(path: path)
    folder = ScanFolder(store: path)
    identity = try folder.identity()
    markers = try folder.markers()
    var done = [Set<Int>](repeating: [], count: store.base.chunkRows)
    for (_, marker) in markers where done.indices.contains(marker.chunkRow) {
      done[marker.chunkRow].formUnion(marker.chunkColumns[0]..<marker.chunkColumns[1])
    }
    let columns = store.base.chunkColumns
    missing = done.enumerated().flatMap { row, done in
      Self.ranges(of: (0..<columns).filter { !done.contains($0) }).map { (row, $0) }
    }
  }

  private static func ranges(of numbers: [Int]) -> [Range<Int>] {
    numbers.reduce(into: []) { ranges, number in
      if let last = ranges.last, last.upperBound == number {
        ranges[ranges.count - 1] = last.lowerBound..<number + 1
      } else {
        ranges.append(number..<number + 1)
      }
    }
  }

  var chunks: Int { store.base.chunkRows * store.base.chunkColumns }
  var missingChunks: Int { missing.reduce(0) { $0 + $1.columns.count } }
  var isComplete: Bool { missing.isEmpty }

  /// Into how many shards the work was divided; nil where it was not, or in several ways.
  var shards: Int? {
    let counts = Set(markers.compactMap { $0.marker.shard?[1] })
    return counts.count == 1 ? counts.first : nil
  }

  /// The shards of `count` that have something left to do.
  func missingShards(of count: Int) -> [Int] {
    let plan = ShardPlan(
      extent: Extent(store.height, store.width), chunk: Store.chunkSide, shards: count)
    return (0..<count).filter { shard in
      guard let part = plan.rectangle(of: shard) else { return false }
      return missing.contains { row, columns in
        part.intersects(
          PixelRectangle(
            x: columns.lowerBound * Store.chunkSide, y: row * Store.chunkSide,
            width: columns.count * Store.chunkSide, height: Store.chunkSide))
      }
    }
  }

  var unreadable: [[Int]] {
    Array(Set(markers.flatMap(\.marker.unreadable))).sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// All windows of a row of chunks, each once, row by row.
  private func windows(ofRow row: Int) throws -> [WindowRecord] {
    var taken: Set<Int> = []
    var result: [WindowRecord] = []
    for (name, marker) in markers where marker.chunkRow == row {
      let columns = Set(marker.chunkColumns[0]..<marker.chunkColumns[1]).subtracting(taken)
      guard !columns.isEmpty else { continue }
      result += try WindowTable.read(folder.windowsFile(name)).filter { columns.contains($0.x / Store.chunkSide) }
      taken.formUnion(columns)
    }
    return result.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
  }

  /// Joins the windows of all strips into `windows.csv` and sums them.
  /// - Throws: `CommandError`, `FileWriteError`.
  func joinWindows() throws -> ScanTotals {
    var totals = ScanTotals()
    let file = try AtomicFile(path: store.path + "/windows.csv")
    try file.write(WindowTable.header)
    for row in 0..<store.base.chunkRows {
      var text = ""
      for record in try windows(ofRow: row) {
        totals.add(record)
        text += WindowTable.line(record)
      }
      try file.write(text)
    }
    try file.commit()
    return totals
  }
}
