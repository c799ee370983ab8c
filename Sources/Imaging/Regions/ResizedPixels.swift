import RelevancePropagation

/// A picture at another size, antialiased bilinear as photographs are resized (`Resampler`), computed for each region
/// from the pixels under it alone. A pixel is the same whatever region it is read in.
final class ResizedPixels: LevelPixels {
  private let source: any LevelPixels
  let width: Int
  let height: Int

  init(_ source: any LevelPixels, width: Int, height: Int) {
    self.source = source
    self.width = width
    self.height = height
  }

  var isWide: Bool { source.isWide }

  func read(into buffer: PixelBuffer) throws -> [PixelRectangle] {
    // Rows at a time so that the source's rows under them stay within bounds.
    let scale = max(Double(source.height) / Double(height), 1)
    let sourceColumns = resampler(columns: buffer.area.columns, rows: 0..<1).sourceColumns.count
    let sourceRows = ReadingMemory.inFlight / (sourceColumns * 3 * buffer.bytesPerSample)
    let step = max(1, Int(Double(sourceRows) / scale) - 2)
    var unreadable: [PixelRectangle] = []
    for y in stride(from: buffer.area.y, to: buffer.area.y + buffer.area.height, by: step) {
      let rows = y..<min(y + step, buffer.area.y + buffer.area.height)
      let part = buffer.part(PixelRectangle(rows: rows, columns: buffer.area.columns))
      unreadable += isWide ? try read(part, as: Float.self) : try read(part, as: UInt8.self)
    }
    return PixelRectangle.merged(unreadable)
  }

  private func resampler(columns: Range<Int>, rows: Range<Int>) -> Resampler {
    Resampler(
      sourceWidth: source.width, sourceHeight: source.height, width: width, height: height, columns: columns, rows: rows
    )
  }

  private func read<Sample: ResampledSample>(_ buffer: PixelBuffer, as: Sample.Type) throws -> [PixelRectangle] {
    let resampler = resampler(columns: buffer.area.columns, rows: buffer.area.rows)
    let area = PixelRectangle(rows: resampler.sourceRows, columns: resampler.sourceColumns)
    var bad: [PixelRectangle] = []
    let count = area.width * area.height * 3
    let samples = try [Sample](unsafeUninitializedCapacity: count) { memory, initialized in
      bad = try source.read(
        into: PixelBuffer(area: area, isWide: isWide, base: UnsafeMutableRawPointer(memory.baseAddress!)))
      initialized = count
    }
    resampler.resizePart(samples).withUnsafeBytes { bytes in
      let resized = PixelBuffer(
        area: buffer.area, isWide: isWide, base: UnsafeMutableRawPointer(mutating: bytes.baseAddress!))
      buffer.copy(buffer.area, from: resized)
    }
    return bad.compactMap { resampler.reached(from: $0)?.moved(x: buffer.area.x, y: buffer.area.y) }.map {
      buffer.clear($0)
      return $0
    }
  }
}
