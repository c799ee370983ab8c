import RelevancePropagation

/// The one input of a graph that is no initializer: the image, with the size to use.
struct GraphInput {
  var name: String
  /// Without the batch axis.
  var shape: Shape
  /// As the file fixes it, otherwise 1.
  var batch: Int
  /// Whether the caller's size replaces another one the file fixes.
  var isResized = false
  /// For messages.
  var sizeInFile = ""

  /// The size of ImageNet networks, where neither file nor caller say.
  private static let usualSize = 224
  private static let largestSize = 1 << 16

  init(_ graph: GraphMessage, inputSize: Extent?, notes: inout [String]) throws {
    let initializers = Set(graph.initializers.map(\.name))
    let inputs = graph.inputs.filter { !initializers.contains($0.name) }
    guard inputs.count == 1, let input = inputs.first else {
      throw ModelFileError(
        "expected one input, found \(inputs.count): \(inputs.prefix(5).map(\.name).joined(separator: ", "))",
        remedy: "export the network with the image as its only input")
    }
    let place = "input \"\(input.name)\""
    guard let type = input.type, type.isFloat else {
      throw ModelFileError(
        at: place, "expected floating-point images, found \(input.type?.rawValue ?? "another type")",
        remedy: "export the network without its image decoding")
    }
    let extents = input.extents
    guard extents.count == 4 || extents.count == 2, let channels = extents[1] else {
      throw ModelFileError(
        at: place,
        "expected a shape [N, C, H, W] or [N, F] with fixed C or F, found "
          + Self.text(extents), remedy: "export the network with example images [1, C, H, W]")
    }
    guard extents.allSatisfy({ ($0 ?? 1) <= Self.largestSize }) else {
      throw ModelFileError(at: place, "shape \(Self.text(extents)) exceeds \(Self.largestSize)")
    }
    name = input.name
    batch = extents[0] ?? 1
    guard extents.count == 4 else {
      guard inputSize == nil else { throw ModelFileError(at: place, "takes \(channels) numbers, so it has no size") }
      shape = [channels]
      return
    }
    sizeInFile = "\(extents[2].map(String.init) ?? "?")x\(extents[3].map(String.init) ?? "?")"
    if inputSize == nil, extents[2] == nil || extents[3] == nil {
      notes.append(
        "the file leaves the input size open (\(sizeInFile)); \(Self.usualSize) is used where it does, state another one"
      )
    }
    let height = inputSize?.vertical ?? extents[2] ?? Self.usualSize
    let width = inputSize?.horizontal ?? extents[3] ?? Self.usualSize
    guard (1...Self.largestSize).contains(height), (1...Self.largestSize).contains(width) else {
      throw ModelFileError(at: place, "input size \(height)x\(width): expected 1 to \(Self.largestSize) pixels a side")
    }
    isResized = height != extents[2] ?? height || width != extents[3] ?? width
    shape = [channels, height, width]
  }

  private static func text(_ extents: [Int?]) -> String {
    "[" + extents.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
  }
}
