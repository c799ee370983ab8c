/// A method that explains without propagating relevance: what LRP is compared with.
///
/// f is the target's function of the scores (`Target.value`), x an image. A method is a value; it reads scores and
/// gradients from a `GradientModel` and holds nothing. A new one is one file here, one test, and one line in
/// `AttributionMethods.all`.
public protocol AttributionMethod: Sendable {
  /// What the command calls it.
  static var name: String { get }
  /// What it computes in one line, with its source.
  static var summary: String { get }
  /// Its numbers, in order, for reports.
  var parameters: [RuleParameter] { get }

  /// - Parameters:
  ///   - images: `[N, C, H, W]`; any N: the model takes them in its batches.
  ///   - targets: one an image.
  /// - Returns: `[N, C, H, W]`, every image's the same bits whatever stands beside it.
  /// - Throws: `AttributionError`, `TargetError`, `ComputeError`.
  func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor
}

extension AttributionMethod {
  public var parameters: [RuleParameter] { [] }
  /// "smoothgrad(samples 50, level 0.1, seed 1)".
  public var label: String {
    parameters.isEmpty
      ? Self.name : "\(Self.name)(\(parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", ")))"
  }
}

/// All baselines: what the command lists, the documentation tabulates and the tests cover.
public enum AttributionMethods {
  public static let all: [any AttributionMethod.Type] = [
    GradientMethod.self,
    SensitivityMethod.self,
    GradientInputMethod.self,
    TaylorMethod.self,
    DeconvnetMethod.self,
    GuidedBackpropMethod.self,
    SmoothGradMethod.self,
    IntegratedGradientsMethod.self,
    OcclusionMethod.self,
  ]
}

/// What keeps a method from an answer: expected, found, remedy.
public struct AttributionError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
