import Compute
import Evaluation
import Imaging
import Pipelines
import RelevancePropagation

/// An image whose scores are wanted.
struct EvaluationJob: Sendable {
  let image: ImageFiles.Found
  /// Digest of the settings, the image and its mask.
  let key: String
  /// The images whose maps may stand in for this one's, in the order in which they are tried.
  let others: [String]
}

/// What the device needs of an image, or why it cannot be judged.
struct PreparedImage: Weighted {
  var job: EvaluationJob
  var content: Result<Content, any Error>

  struct Content: Sendable {
    var tensor: Tensor
    var mask: RelevanceMask?
    var other: Tensor?
  }

  var bytes: Int {
    (try? content.get()).map { $0.tensor.bytes + ($0.mask?.inside.count ?? 0) + ($0.other?.bytes ?? 0) } ?? 0
  }
}

/// Reads photographs and masks, on any thread.
struct EvaluationReading: Sendable {
  let preprocessor: Preprocessor
  let masks: MaskFiles

  func read(_ job: EvaluationJob) -> PreparedImage {
    PreparedImage(
      job: job,
      content: Result {
        let photograph = try Photograph(path: job.image.path)
        let tensor = try preprocessor.input(photograph).tensor
        // The next image that can be read.
        let other = job.others.lazy.compactMap { try? preprocessor.input(Photograph(path: $0)).tensor }.first
        return .init(tensor: tensor, mask: try masks.mask(of: job.image.path, photograph), other: other)
      })
  }
}

/// An image's scores, or why there are none.
struct EvaluatedJob: Weighted {
  var job: EvaluationJob
  var target = 0
  var result: Result<EvaluationResult, any Error>
  var bytes: Int { 1 << 14 }
}

/// Explains and judges images in groups, on the thread that owns the device.
struct EvaluationStage {
  let method: EvaluatedMethod
  let runner: MethodRunner?
  let evaluator: Evaluator
  let continuity: ContinuityRunner?
  /// The class that is explained; nil: each image's top class.
  let fixedClass: Int?

  /// - Throws: `ComputeError`, `MappedFileError`; what is wrong with one image alone is its own failure.
  func evaluate(_ images: [PreparedImage]) throws -> [EvaluatedJob] {
    let ready = images.compactMap { image in (try? image.content.get()).map { (image.job, $0) } }
    guard !ready.isEmpty else { return images.map { failed($0) } }
    do {
      let targets = try classes(ready.map(\.1.tensor))
      let othersTargets = try classes(ready.map { $0.1.other ?? $0.1.tensor })
      let judged = ready.indices.map { index in
        let (job, content) = ready[index]
        return EvaluatedImage(
          content.tensor, key: Self.key(of: job.image.name), target: targets[index], mask: content.mask,
          other: content.other.map { .init($0, target: othersTargets[index]) })
      }
      let maps = try method.maps(of: judged, with: runner)
      let good = maps.indices.filter { (try? maps[$0].get()) != nil }
      let results = try evaluator.evaluate(
        good.map { try maps[$0].get() }, of: good.map { judged[$0] },
        continuity: method.explains ? continuity : nil)
      var done = zip(maps, ready).map { map, image in
        EvaluatedJob(job: image.0, result: map.map { _ in EvaluationResult() }.mapError { $0 })
      }
      for (index, result) in zip(good, results) {
        (done[index].target, done[index].result) = (targets[index], .success(result))
      }
      var left = done[...]
      return images.map { image in (try? image.content.get()) == nil ? failed(image) : left.removeFirst() }
    } catch let error where error is ComputeError || error is MappedFileError {
      throw error  // would meet every other image too
    } catch {
      guard images.count > 1 else { return [EvaluatedJob(job: images[0].job, result: .failure(error))] }
      // One of several cannot be judged: the others give the same numbers alone.
      return try images.flatMap { try evaluate([$0]) }
    }
  }

  private func classes(_ images: [Tensor]) throws -> [Int] {
    if let fixedClass { return images.map { _ in fixedClass } }
    return try evaluator.scores(images).map(\.topClass)
  }

  private func failed(_ image: PreparedImage) -> EvaluatedJob {
    EvaluatedJob(job: image.job, result: image.content.map { _ in EvaluationResult() })
  }

  /// An image's own number: of its name, so that it is the same in every list (Fowler, Noll and Vo's hash).
  static func key(of name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
