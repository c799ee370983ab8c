import Imaging
import RelevancePropagation

/// One explanation, newly made or read from the files of `relprop explain`.
struct ReportEntry: Sendable {
  var report: ExplanationReport
  /// `[C, H, W]`
  var relevance: Tensor
}

/// All that is known of one image, before any of it is drawn.
struct ReportMaterial: Sendable {
  var name: String
  var path: String
  /// Nil where it is gone.
  var photograph: Photograph?
  /// Columns, and for each target a row of as many entries; why one is missing is its failure.
  var methods: [String]
  var rows: [[Result<ReportEntry, any Error>]]
  /// When the explanations were made.
  var time: String
  var notes: [String] = []

  /// Memory of photograph and relevance.
  var bytes: Int {
    (photograph?.byteCount ?? 0)
      + rows.joined().reduce(0) { sum, entry in sum + ((try? entry.get())?.relevance.bytes ?? 0) }
  }

  var entries: [ReportEntry] { rows.joined().compactMap { try? $0.get() } }
}
