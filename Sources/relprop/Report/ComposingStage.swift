import Imaging
import RelevancePropagation

/// Puts the explanations of one image by several methods together: a row a target, a column a method.
struct ComposingStage: Sendable {
  let methods: [(name: String, writer: ExplanationWriter)]
  /// Of all images.
  let names: [String]
  let time: String

  func material(_ job: ImageJob, _ all: ManyExplanations) -> ReportMaterial {
    // What cannot be told of one method is missing in its column alone.
    let columns = zip(methods, all.byMethod).map { method, result in
      result.flatMap { explained in Result { try entries(job, explained, method.writer) } }
    }
    let count = columns.compactMap { try? $0.get().count }.max() ?? 0
    let rows = (0..<count).map { row in columns.map { column in column.map { $0[row] } } }
    return ReportMaterial(
      name: names[job.number], path: job.path, photograph: all.image.photograph, methods: methods.map(\.name),
      rows: rows, time: time)
  }

  /// - Throws: `HeatmapError`, and what the model's digest failed for.
  private func entries(
    _ job: ImageJob, _ explained: ExplainedImage, _ writer: ExplanationWriter
  ) throws -> [ReportEntry] {
    try explained.explanations.map { explanation, _ in
      let heatmap = try Heatmap(explanation.relevance)
      let report = try writer.report(
        explanation, of: job.path, explained.image.photograph, explained.image.input, heatmap, bound: 0,
        alarms: explanation.ledger?.alarms(entry: explanation.entry) ?? [], batch: explained.batch)
      return ReportEntry(report: report, relevance: explanation.relevance)
    }
  }
}
