extension ConvolutionAlgorithm: CustomStringConvertible {
  /// As `relprop plan` prints it.
  var description: String {
    switch self {
    case .winograd(let tile): "F(\(tile)x\(tile))"
    case .gathered: "gathered"
    case .direct: "direct"
    case .scattered: "scattered"
    case .depthwise: "depthwise"
    }
  }
}
