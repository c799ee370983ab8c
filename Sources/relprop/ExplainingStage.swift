import Compute
import RelevancePropagation

/// Explains images in batches, on the thread that owns the device.
struct ExplainingStage {
  let method: ExplanationMethod
  let targets: TargetOptions.Choice
  /// Told how many further copies of a translation average are done.
  var progress: (Int) -> Void = { _ in }

  /// - Throws: `ComputeError`, `MappedFileError`; what is wrong with one image alone is its own failure.
  func explain(_ images: [StagedImage<ReadImage>]) throws -> [StagedImage<ExplainedImage>] { try begin(images)() }

  /// Begins to explain a batch; what it returns waits for the explanations. The next batch may be begun before.
  ///
  /// - Throws: as `explain`, now or then.
  func begin(_ images: [StagedImage<ReadImage>]) throws -> () throws -> [StagedImage<ExplainedImage>] {
    let inputs = images.compactMap { try? $0.content.get().input }
    guard !inputs.isEmpty else { return { images.map { failed($0) } } }
    // Its failure is told where the explanations are asked for, in the batch's place.
    let explanations = Result { try method.begin(inputs, targets, progress: progress) }
    return { try results(of: images, count: inputs.count) { try explanations.get()() } }
  }

  private func results(
    of images: [StagedImage<ReadImage>], count: Int, _ explanations: () throws -> [ExplanationMethod.OfImage]
  ) throws -> [StagedImage<ExplainedImage>] {
    do {
      var results = try explanations()[...]
      return images.map { image in
        image.next(bytes: \.bytes) { ExplainedImage(image: $0, explanations: results.removeFirst(), batch: count) }
      }
    } catch let error where error is ComputeError || error is MappedFileError {
      throw error  // would meet every other image too
    } catch {
      guard images.count > 1 else { return [images[0].next(bytes: \.bytes) { _ in throw error }] }
      // One image of several has scores or relevance that are not finite: the others give the same bytes alone.
      return try images.flatMap { try explain([$0]) }
    }
  }

  private func failed(_ image: StagedImage<ReadImage>) -> StagedImage<ExplainedImage> {
    image.next(bytes: \.bytes) { ExplainedImage(image: $0, explanations: [], batch: 0) }
  }
}
