import Imaging
import RelevancePropagation

/// What became of an image.
struct ImageOutcome: Sendable {
  enum Ending: Sendable {
    case explained(text: [String], warnings: [String], hasAlarms: Bool)
    case failed(any Error)
  }

  var job: ImageJob
  var ending: Ending
}

/// Draws and writes results and puts them into words, on any thread.
struct WritingStage: Sendable {
  let writer: ExplanationWriter
  let layers: LayerOptions
  let saveInput: Bool
  /// What a method adds to the names of files, after the target.
  let suffix: String
  let text: ExplanationText

  /// - Throws: `FileWriteError`, which every further image would meet too.
  func write(_ image: StagedImage<ExplainedImage>) throws -> ImageOutcome {
    do {
      return ImageOutcome(job: image.job, ending: try write(image.job, try image.content.get()))
    } catch let error as FileWriteError {
      throw error
    } catch {
      return ImageOutcome(job: image.job, ending: .failed(error))
    }
  }

  private func write(_ job: ImageJob, _ explained: ExplainedImage) throws -> ImageOutcome.Ending {
    try OutputFolder.make(folderOf: job.stem)
    var (lines, warnings, hasAlarms) = (text.opening(job.path, explained), [String](), false)
    for (explanation, target) in explained.explanations {
      let stem = job.stem + target + suffix
      let alarms = explanation.ledger?.alarms(entry: explanation.entry, explosion: layers.alarm) ?? []
      let bound = try writer.write(
        explanation, of: job.path, explained.image.photograph, explained.image.input, alarms: alarms, layers: layers,
        saveInput: saveInput, settings: explained.image.settings, batch: explained.batch, to: stem)
      lines += text.target(explanation, batch: explained.batch, stem: stem, bound: bound)
      warnings += text.warnings(alarms)
      hasAlarms = hasAlarms || !alarms.isEmpty
    }
    return .explained(text: lines, warnings: warnings, hasAlarms: hasAlarms)
  }
}
