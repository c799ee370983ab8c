import ModelFormats
import RelevancePropagation
import Scanning

/// What cases.json says of a sliding window.
package struct SlidingDescription: Decodable {
  /// Vertical and horizontal, or one for both.
  let stride: [Int]
  let edges: String
  let accumulate: String
  let inputFile: String
  let inputKey: String

  enum CodingKeys: String, CodingKey {
    case stride, edges, accumulate
    case inputFile = "input_file"
    case inputKey = "input_key"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    stride = try (try? container.decode([Int].self, forKey: .stride)) ?? [container.decode(Int.self, forKey: .stride)]
    edges = try container.decode(String.self, forKey: .edges)
    accumulate = try container.decode(String.self, forKey: .accumulate)
    inputFile = try container.decode(String.self, forKey: .inputFile)
    inputKey = try container.decode(String.self, forKey: .inputKey)
  }
}

extension CaseRunner {
  /// Sliding windows: R.input `[1, C, H, W]`, the windows' scores, their offsets (y, x) and every pixel's coverage.
  ///
  /// - Parameter stored: a file in the folder that holds the case's input too.
  func sliding(_ reference: ReferenceCase, stored: String?) throws -> [(name: String, tensor: Tensor)] {
    guard let description = reference.sliding, let folder = stored.map({ $0.prefix(through: $0.lastIndex(of: "/")!) })
    else { throw NotYet(reason: "no description of windows") }
    guard let edges = WindowGrid.Edges(rawValue: description.edges),
      let combine = WindowCombination(rawValue: description.accumulate), let target = reference.targets.first
    else { throw NotYet(reason: "edges \(description.edges), accumulate \(description.accumulate)") }
    guard let image = try ModelFile.stateDictionary(path: folder + description.inputFile)[description.inputKey],
      let low = try NetworkDescription.description(folder: self.folder).input.low
    else { throw NotYet(reason: "no \(description.inputKey) in \(description.inputFile), or no input.low in net.json") }

    let canonized = try original.canonized()
    let explainer = try Explainer(
      canonized: canonized, rules: RuleTable(reference.rules(for: canonized), for: canonized),
      classStart: reference.start == "one" ? .one : .logit, on: engine, batch: 5)
    let input = canonized.inputShape
    let size = image.shape.extents.suffix(2)
    let extent = Extent(size[size.startIndex], size[size.startIndex + 1])
    let grid = try WindowGrid(
      image: extent, window: Extent(input[1], input[2]),
      stride: Extent(description.stride[0], description.stride[description.stride.count - 1]), edges: edges)
    let scan = try Scan(
      explainer, grid: grid, normalization: PixelNormalization(planesWithLow: low),
      settings: ScanSettings(combine: combine, target: .fixed(target), keepsChannels: true, chunk: 23))
    let map = MapArray(extent, relevancePlanes: input[0])
    _ = try scan.run(from: PixelArray(extent, .planes(image.scalars)), to: map)
    let found = map.contents
    return [
      ("R.input", Tensor(shape: [1, input[0], extent.vertical, extent.horizontal], scalars: found.relevance)),
      ("scores", Tensor(shape: [grid.count], scalars: found.windows.map { Float($0.numbers?.score ?? .nan) })),
      ("offsets", Tensor(shape: [grid.count, 2], scalars: found.windows.flatMap { [Float($0.y), Float($0.x)] })),
      ("coverage", Tensor(shape: [extent.vertical, extent.horizontal], scalars: found.coverage)),
    ]
  }
}
