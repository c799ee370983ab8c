import Foundation
import OMEZarr
import RelevancePropagation
import Scanning

/// Writes finished strips into a store: chunks, windows, and last the marker that says so.
///
/// A process that is killed at any moment leaves markers of strips alone that lie on the disk.
struct ScanSink: StripSink {
  let store: Store
  let folder: ScanFolder
  let shard: ShardOptions.Choice?
  let device: String

  func write(_ strip: ScannedStrip) throws {
    let area = strip.place.rectangle
    let count = area.width * area.height
    precondition(strip.planes.count == 2 * count, "\(strip.relevancePlanes) planes of relevance")
    try store.write(
      relevance: Array(strip.planes[..<count]), coverage: Array(strip.planes[count...]), x: area.x, y: area.y,
      width: area.width, height: area.height)
    try AtomicFile.write(
      strip.windows.reduce(into: WindowTable.header) { $0 += WindowTable.line($1) },
      to: folder.windowsFile(strip.place.name))
    try store.flush()
    try folder.write(
      ScanFolder.Marker(
        chunkRow: strip.place.chunkRow,
        chunkColumns: [strip.place.chunkColumns.lowerBound, strip.place.chunkColumns.upperBound],
        unreadable: strip.unreadable.map { [$0.x, $0.y, $0.width, $0.height] },
        shard: shard.map { [$0.index, $0.count] }, device: device, host: ProcessInfo.processInfo.hostName,
        finished: Date().ISO8601Format()),
      name: strip.place.name)
  }
}
