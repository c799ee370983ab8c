/// One of the seeds' experiments: measured once and kept as JSON; the page and its charts are made from what was kept.
protocol Experiment: Sendable {
  associatedtype Result: Codable
  /// Of its files, and on the command line: "ten-pixels".
  static var name: String { get }

  /// Measures, and keeps the figures that need the networks.
  static func measure(in laboratory: Laboratory) throws -> Result

  /// What the page says of it.
  static func section(_ result: Result) -> Section
}

/// All of them, in the order of the page.
enum Experiments {
  static let all: [any Experiment.Type] = [
    TenPixels.self, AllClasses.self, TrainingDurations.self, AgainstSensitivity.self, Context.self, Architectures.self,
    NegativeRelevance.self, TranslatedScenes.self, CleverHans.self,
  ]
}
