import Imaging
import Pipelines
import RelevancePropagation

/// An image to explain.
struct ImageJob: Sendable {
  var path: String
  /// Path of its results, to which targets add suffixes and files their extensions.
  var stem: String
  /// Its place among all images.
  var number = 0
}

/// What one stage hands to the next: its result for an image, or why there is none.
struct StagedImage<Content: Sendable>: Weighted {
  var job: ImageJob
  var content: Result<Content, any Error>
  /// Memory the content holds.
  var bytes: Int

  /// The same image one stage on.
  func next<Next: Sendable>(bytes: (Next) -> Int, _ step: (Content) throws -> Next) -> StagedImage<Next> {
    let next = content.flatMap { content in Result { try step(content) } }
    return .init(job: job, content: next, bytes: (try? next.get()).map(bytes) ?? 0)
  }
}

/// A photograph that was read, and what the network will read of it.
struct ReadImage: Sendable {
  var photograph: Photograph
  var input: Preprocessor.Input
  /// Digest of the settings and the file.
  var settings: String?

  var bytes: Int { photograph.byteCount + input.tensor.bytes + (input.surroundings?.bytes ?? 0) }
}

/// An image with the explanations of its targets.
struct ExplainedImage: Sendable {
  var image: ReadImage
  var explanations: [(explanation: Explanation, suffix: String)]
  /// Images that were explained in the same pass.
  var batch: Int

  var bytes: Int {
    image.bytes
      + explanations.reduce(0) { sum, entry in
        let kept = [entry.explanation.layers, entry.explanation.activations]
        return sum + entry.explanation.relevance.bytes
          + kept.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.bytes } }
      }
  }
}

extension Tensor {
  /// Memory of the scalars.
  var bytes: Int { count * MemoryLayout<Float>.stride }
}
