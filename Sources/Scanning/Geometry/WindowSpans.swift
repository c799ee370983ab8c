/// Where windows lie along one axis of a map: intervals of pixels by index, whose beginnings and ends never fall.
public protocol WindowSpans: Sendable {
  var count: Int { get }

  /// Pixels of a window; may reach beyond the map, where the image is padded.
  func span(_ index: Int) -> Range<Int>

  /// The windows that share a pixel with `pixels`; empty, but at its place in the order, where there are none.
  func indices(touching pixels: Range<Int>) -> Range<Int>
}

extension WindowSpans {
  public func indices(touching pixels: Range<Int>) -> Range<Int> {
    let first = firstIndex { span($0).upperBound > pixels.lowerBound }
    return first..<max(firstIndex { span($0).lowerBound >= pixels.upperBound }, first)
  }

  /// The first index from which on a property holds, or `count`; by halving.
  func firstIndex(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
