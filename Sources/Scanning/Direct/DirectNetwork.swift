import RelevancePropagation

/// A network for windows as one for images of any size: dense layers become convolutions, one score a class becomes a map of
/// scores.
///
/// The first dense layer reads a map `[C, h, w]` as a row of numbers; the same numbers are the filters of a convolution of
/// h × w. Output position p looks at the window whose upper left corner is p · stride, and sees beside it what the padded
/// convolutions of the window network take for black: here they see the image there. So scores and relevance are not those of
/// windows but where nothing is padded. Source: Montavon et al. 2017, "Sliding window explanations for large images".
public struct DirectNetwork: Sendable {
  /// At the window's size; the output is `[K, 1, 1]`.
  public let network: Network
  public let rules: RuleTable
  /// Pixels between output positions.
  public let stride: Extent
  /// Of output positions.
  let fields: ReceptiveFields

  /// - Parameters:
  ///   - window: a canonized network that reads windows `[C, H, W]`.
  ///   - rules: its rules; they stay with their nodes.
  /// - Throws: `DirectError` naming a node that does not extend to larger images, or whose rule looks at a whole image.
  public init(_ window: Network, rules: RuleTable) throws {
    var builder = DirectBuilder(window)
    for node in window.nodes { try builder.add(node) }
    let direct = try builder.network()
    network = direct
    fields = builder.fields
    stride = Extent(fields.rows.jump, fields.columns.jump)
    for node in direct.nodes { try Self.check(rules[node.name], at: node.name) }
    self.rules = try RuleTable(rules.rules.filter { direct[$0.key] != nil }, for: direct)
  }

  /// Size of the network's window.
  public var window: Extent { Extent(network.inputShape[1], network.inputShape[2]) }

  /// The same network for an image or a part of one.
  func network(for extent: Extent) throws -> Network {
    try network.resized(to: [network.inputShape[0], extent.vertical, extent.horizontal])
  }

  /// Output positions of an image.
  public func positions(in extent: Extent) throws -> Extent {
    let shape = try network(for: extent).outputShape
    return Extent(shape[1], shape[2])
  }

  /// A rule whose result in a part of an image is not that in the whole.
  private static func check(_ rule: any Rule, at node: String) throws {
    switch rule.propagation {
    case .shares(_, let stabilizer) where stabilizer.relative != 0:
      throw DirectError(
        "\(node): \(rule.label) takes its \(stabilizer.statistic.rawValue) over all of an image's z, and tiles see a part; "
          + "use a composite without such a statistic, as epsilon_gamma_box or epsilon_plus, or scan windows")
    case .guidedGradient, .deconvolution:
      throw DirectError(
        "\(node): \(rule.label) drops what is negative of the relevance of all output positions together, and tiles see "
          + "some of them; use another composite, as epsilon_gamma_box or gradient, or scan windows")
    default: break
    }
  }
}

/// A network or rule that the direct approach cannot carry to larger images: the node, why, what to do.
public struct DirectError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
