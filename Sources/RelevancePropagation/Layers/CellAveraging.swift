internal import Compute
internal import KernelSources

/// A layer whose outputs are means over rectangular cells of each channel.
protocol CellAveragingLayer: LinearLayer {
  func cells(for shapes: LayerShapes) -> CellTable
}

/// Which pixels each cell covers, and which cells cover each pixel, axis by axis; the layout pooling/average.cl reads.
struct CellTable {
  let rows: Axis
  let columns: Axis

  /// Cells along one image axis. Cells may overlap; their begins and ends do not decrease.
  struct Axis {
    /// First pixel of each cell, the pixel after its last, and what its mean divides by.
    let begin: [Int]
    let end: [Int]
    let count: [Int]
    /// First cell that covers each pixel, and the cell after the last.
    let first: [Int]
    let last: [Int]

    init(begin: [Int], end: [Int], count: [Int], input: Int) {
      self.begin = begin
      self.end = end
      self.count = count
      first = (0..<input).map { pixel in end.firstIndex { $0 > pixel } ?? end.count }
      last = (0..<input).map { pixel in begin.firstIndex { $0 > pixel } ?? begin.count }
    }

    /// Windows of `kernel` pixels every `stride` pixels over `before + input + after`.
    init(input: Int, cells: Int, kernel: Int, stride: Int, before: Int, after: Int, countsPadding: Bool) {
      let starts = (0..<cells).map { $0 * stride - before }
      let begin = starts.map { max($0, 0) }
      let end = starts.map { min($0 + kernel, input) }
      let count = starts.indices.map { cell in
        countsPadding ? min(starts[cell] + kernel, input + after) - starts[cell] : end[cell] - begin[cell]
      }
      self.init(begin: begin, end: end, count: count, input: input)
    }

    /// Cell i covers ⌊i·input/cells⌋ … ⌈(i + 1)·input/cells⌉ − 1.
    init(input: Int, adaptiveCells cells: Int) {
      let begin = (0..<cells).map { $0 * input / cells }
      let end = (0..<cells).map { (($0 + 1) * input + cells - 1) / cells }
      self.init(begin: begin, end: end, count: zip(begin, end).map { $1 - $0 }, input: input)
    }
  }

  var flattened: [Int32] {
    [
      rows.begin, rows.end, rows.count, columns.begin, columns.end, columns.count, rows.first, rows.last,
      columns.first, columns.last,
    ].flatMap { $0.map { Int32($0) } }
  }
}

extension CellAveragingLayer {
  func tables(for shapes: LayerShapes) -> [Int32] { cells(for: shapes).flattened }
  func finishes(on engine: Engine) -> Bool { engine.family == .cpu }

  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let geometry = geometry(shapes)
    if engine.family == .cpu {
      let (epilogue, arrays) = finish.arguments(nil, into: output, count: shapes.output.count)
      return try engine.launch(
        engine.tuned(.tile), "average_apply_finished", groups: Grid(Int(geometry.P), batch), items: 1,
        [geometry, parameters.tables!, epilogue, inputs[0].buffer, Int32(inputs[0].stride), inputs[0].part] + arrays)
    }
    try engine.launch(
      "average_apply", grid: Grid(engine.vectors(Int(geometry.C)), Int(geometry.P * geometry.Q), batch), geometry,
      parameters.tables!,
      inputs[0].buffer, Int32(inputs[0].stride), inputs[0].part, finish.coefficient, Int32(finish.accumulate ? 1 : 0),
      output)
  }

  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let geometry = geometry(shapes)
    if engine.family == .cpu {
      let (epilogue, arrays) = finish.arguments(nil, into: c, count: shapes.inputs[0].count)
      return try engine.launch(
        engine.tuned(.tile), "average_transpose_finished", groups: Grid(Int(geometry.H), batch), items: 1,
        [geometry, parameters.tables!, epilogue, s] + arrays)
    }
    try engine.launch(
      "average_transpose", grid: Grid(engine.vectors(Int(geometry.C)), Int(geometry.H * geometry.W), batch), geometry,
      parameters.tables!, s, c)
  }

  private func geometry(_ shapes: LayerShapes) -> CellGeometry {
    let input = shapes.inputs[0]
    return CellGeometry(
      C: Int32(input[0]), H: Int32(input[1]), W: Int32(input[2]), P: Int32(shapes.output[1]),
      Q: Int32(shapes.output[2]))
  }
}
