import Foundation
import OMEZarr
import RelevancePropagation
import Scanning

/// The last steps of a scan, once all strips are there: totals, pyramid, colour scale.
enum ScanFinish {
  /// - Returns: the finished store, and what its windows sum to.
  /// - Throws: `CommandError` naming what is missing; `ZarrError`, `FileWriteError`.
  static func run(_ completion: ScanCompletion, progress: (Double) throws -> Void = { _ in }) throws
    -> (store: Store, totals: ScanTotals)
  {
    guard completion.isComplete else {
      throw CommandError(
        "\(completion.store.path): \(completion.missingChunks) of \(completion.chunks) chunks are missing; "
          + "`relprop status \(completion.store.path)` lists them")
    }
    let totals = try completion.joinWindows()
    let store = try completion.store.finish(
      adding: [
        "totals": Self.value(totals),
        "unreadable": .array(completion.unreadable.map { .array($0.map { .integer($0) }) }),
      ],
      progress: progress)
    return (store, totals)
  }

  private static func value(_ totals: ScanTotals) -> JSONValue {
    var values: [String: JSONValue] = [
      "scores": .number(totals.score), "starts": .number(totals.start), "relevance": .number(totals.relevance),
      "padding": .number(totals.padding),
    ]
    if let absorbed = totals.absorbed { values["absorbed"] = .number(absorbed) }
    if let gap = totals.gap { values["gap"] = .number(gap) }
    for (state, count) in totals.windows { values["windows.\(state.rawValue)"] = .integer(count) }
    return .object(values)
  }
}
