internal import Compute

/// One layer computed in a window: what it reads is cut out, its kernels run on that, the result is put back.
final class WindowedNode {
  let name: String
  private let inputs: [String]
  /// The node whose activations the result belongs to: the rectifier that the layer computes with its own.
  private let target: String
  private let rectifies: Bool
  private let local: LocalLayer
  private let shapes: LayerShapes
  private let parameters: DeviceParameters
  /// Cut out of each input, `[batch, h, w, C]`, and what is made of them.
  private let windows: [Buffer<Float>]
  private let result: Buffer<Float>
  /// Where the windows lie, for each row and each column of units of the input.
  private let readRows, readColumns, rows, columns: Buffer<Int32>

  init(_ node: Network.Node, _ local: LocalLayer, _ reach: Reach, in network: DeviceNetwork) throws {
    let engine = network.engine
    name = node.name
    inputs = node.inputs
    target = network.rectifiers[node.name] ?? node.name
    rectifies = network.rectifiers[node.name] != nil
    self.local = local
    let whole = network.shapes(of: node)
    let read = local.read(rows: reach.rows.count, columns: reach.columns.count)
    shapes = LayerShapes(
      inputs: whole.inputs.map { [$0[0], read.rows, read.columns] },
      output: [whole.output[0], reach.rows.count, reach.columns.count])

    func memory(_ shape: Shape) throws -> Buffer<Float> {
      try Buffer(count: network.batch * shape.count, on: engine.queue, for: "windows of \(node.name)")
    }
    windows = try shapes.inputs.map(memory)
    result = try memory(shapes.output)
    var parameters = DeviceParameters()
    if let layer = local.layer as? any LinearLayer {
      parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: node.name, on: engine)
      let scratch = layer.scratchCount(for: shapes, batch: network.batch, on: engine)
      parameters.scratch =
        scratch > network.scratch?.count ?? 0
        ? try Buffer(count: scratch, on: engine.queue, for: "intermediate values") : network.scratch
    }
    self.parameters = parameters

    func table(_ begins: [Int32], stride: Int, before: Int) throws -> Buffer<Int32> {
      try Buffer(begins.map { $0 * Int32(stride) - Int32(before) }, on: engine.queue, for: "places of windows")
    }
    rows = try table(reach.rows.begins, stride: 1, before: 0)
    columns = try table(reach.columns.begins, stride: 1, before: 0)
    readRows = try table(reach.rows.begins, stride: local.stride.vertical, before: local.top)
    readColumns = try table(reach.columns.begins, stride: local.stride.horizontal, before: local.left)
  }

  /// - Parameter units: `[count, 2]`, row and column of the unit that changed in each image.
  func run(_ count: Int, units: Buffer<Int32>, in network: DeviceNetwork) throws {
    let engine = network.engine
    try engine.queue.labelled("\(name) forward, window") {
      for (index, window) in windows.enumerated() {
        let (shape, whole) = (shapes.inputs[index], network.network.shapes[inputs[index]]!)
        try engine.launch(
          "window_take", of: .evaluation, grid: Grid(shape[1] * shape[2], count), Int32(shape[0]), Int32(whole[1]),
          Int32(whole[2]), Int32(shape[1]), Int32(shape[2]), units, readRows, readColumns, local.outside,
          network.activation(inputs[index]), window)
      }
      switch local.layer {
      case let layer as any LinearLayer:
        let operands = zip(windows, shapes.inputs).map {
          Operand($0, $1)
        }
        try layer.apply(
          operands, parameters, for: .forward, finish: Finish(rectifies: rectifies), into: result, shapes: shapes,
          batch: count, on: engine)
      case let layer as any NonlinearLayer:
        try layer.forward(windows, into: result, shapes: shapes, batch: count, on: engine)
      default: preconditionFailure("\(name) has no kernel")
      }
      let whole = network.network.shapes[target]!
      try engine.launch(
        "window_put", of: .evaluation, grid: Grid(shapes.output[1] * shapes.output[2], count), Int32(whole[0]),
        Int32(whole[1]), Int32(whole[2]), Int32(shapes.output[1]), Int32(shapes.output[2]), units, rows, columns,
        result,
        network.activation(target))
    }
  }
}
