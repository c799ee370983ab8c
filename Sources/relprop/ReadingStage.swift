import Imaging
import RelevancePropagation

/// Decodes photographs and brings them to the network's size, on any thread.
struct ReadingStage: Sendable {
  let preprocessor: Preprocessor
  /// Digest of the settings without an image.
  let settings: String
  /// Pixels around the network's input that moved copies show.
  let margin: Extent

  func read(_ job: ImageJob) -> StagedImage<ReadImage> {
    StagedImage(job: job, content: .success(()), bytes: 0).next(bytes: \.bytes) {
      // Before the file is read: if it changes meanwhile, the results count as those of the old one.
      let settings = ExplanationSettings.digest(settings, image: job.path)
      let photograph = try Photograph(path: job.path)
      return ReadImage(
        photograph: photograph, input: try preprocessor.input(photograph, margin: margin), settings: settings)
    }
  }
}
