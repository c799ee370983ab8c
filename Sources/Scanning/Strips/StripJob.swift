import RelevancePropagation

/// A strip to be made: which windows it takes, beside those that the strip before has explained.
struct StripJob: Sendable {
  let place: StripPlace
  /// The rectangle that is scanned strip by strip, in pixels of the map.
  let band: PixelRectangle
  /// Whether the strip before is not in memory, so that the windows which hang over from it are explained again.
  let isFresh: Bool
  /// Windows to explain, in rows and columns of the grid.
  let rows: Range<Int>
  let columns: Range<Int>
  /// The pixels they see, on the map; empty where there are no windows.
  let pixels: PixelRectangle

  var windowCount: Int { rows.count * columns.count }

  /// The strips of rectangles, one after another, without those that are done.
  static func all(
    _ rectangles: [PixelRectangle], of layout: any WindowLayout, chunk: Int, isDone: (StripPlace) -> Bool
  ) -> [StripJob] {
    var jobs: [StripJob] = []
    for band in rectangles {
      let columns = layout.columns.indices(touching: band.columns)
      // Grid row behind the last that is in memory.
      var next: Int?
      for place in StripPlace.all(in: band, chunk: chunk) {
        let touching = layout.rows.indices(touching: place.rectangle.rows)
        guard !isDone(place) else {
          next = nil
          continue
        }
        let rows = (next ?? touching.lowerBound)..<touching.upperBound
        let isEmpty = rows.isEmpty || columns.isEmpty
        jobs.append(
          StripJob(
            place: place, band: band, isFresh: next == nil, rows: rows, columns: columns,
            pixels: isEmpty ? PixelRectangle(rows: 0..<0, columns: 0..<0) : pixels(rows, columns, of: layout)))
        next = touching.upperBound
      }
    }
    return jobs
  }

  private static func pixels(_ rows: Range<Int>, _ columns: Range<Int>, of layout: any WindowLayout) -> PixelRectangle {
    func span(_ indices: Range<Int>, of spans: any WindowSpans, extent: Int) -> Range<Int> {
      spans.span(indices.lowerBound).lowerBound..<min(spans.span(indices.upperBound - 1).upperBound, extent)
    }
    return PixelRectangle(
      rows: span(rows, of: layout.rows, extent: layout.region.height),
      columns: span(columns, of: layout.columns, extent: layout.region.width))
  }
}
