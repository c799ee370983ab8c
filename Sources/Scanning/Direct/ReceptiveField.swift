import RelevancePropagation

/// Which pixels the units of a layer see along one axis: unit i those from `first + i·jump` on, `length` of them.
package struct ReceptiveField: Sendable, Hashable {
  package var jump = 1
  /// Of unit 0; below 0 where it sees padding.
  package var first = 0
  package var length = 1

  /// Pixels of a unit, padding included.
  package func pixels(of unit: Int) -> Range<Int> { first + unit * jump..<first + unit * jump + length }

  /// Behind a window of `kernel` units with this stride, padding before it and dilation.
  func through(kernel: Int, stride: Int, padding: Int, dilation: Int) -> ReceptiveField {
    ReceptiveField(
      jump: jump * stride, first: first - padding * jump, length: length + (kernel - 1) * dilation * jump)
  }

  /// What two branches see together; nil where their units lie at different distances.
  func union(_ other: ReceptiveField) -> ReceptiveField? {
    guard jump == other.jump else { return nil }
    let end = max(first + length, other.first + other.length)
    let start = min(first, other.first)
    return ReceptiveField(jump: jump, first: start, length: end - start)
  }
}

/// Both axes of a layer's receptive field.
package struct ReceptiveFields: Sendable, Hashable {
  package var rows = ReceptiveField()
  package var columns = ReceptiveField()

  package init() {}

  private init(rows: ReceptiveField, columns: ReceptiveField) { (self.rows, self.columns) = (rows, columns) }

  /// Behind a layer that reads these fields; nil where they do not fit together.
  package static func behind(_ layer: any Layer, _ inputs: [ReceptiveFields]) -> ReceptiveFields? {
    guard var result = inputs.first else { return nil }
    for other in inputs.dropFirst() {
      guard let rows = result.rows.union(other.rows), let columns = result.columns.union(other.columns) else {
        return nil
      }
      result = ReceptiveFields(rows: rows, columns: columns)
    }
    switch layer {
    case let layer as Convolution:
      return result.through(
        Extent(layer.weight.shape[2], layer.weight.shape[3]), stride: layer.stride, padding: layer.padding,
        dilation: layer.dilation)
    case let layer as MaxPooling: return result.through(layer.window)
    case let layer as AveragePooling: return result.through(layer.window)
    default: return result
    }
  }

  private func through(_ window: PoolingWindow) -> ReceptiveFields {
    through(window.kernel, stride: window.stride, padding: window.padding, dilation: window.dilation)
  }

  private func through(_ kernel: Extent, stride: Extent, padding: Padding, dilation: Extent) -> ReceptiveFields {
    ReceptiveFields(
      rows: rows.through(
        kernel: kernel.vertical, stride: stride.vertical, padding: padding.top, dilation: dilation.vertical),
      columns: columns.through(
        kernel: kernel.horizontal, stride: stride.horizontal, padding: padding.left, dilation: dilation.horizontal))
  }
}
