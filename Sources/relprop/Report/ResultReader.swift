import Foundation
import Imaging
import RelevancePropagation

/// Reads an image's results of `relprop explain` back: reports, relevance, and the photograph where it still is.
enum ResultReader {
  /// - Throws: `CommandError`, `NumPyError`, `ImageError` for results that do not belong together.
  static func material(_ group: ResultFolder.Group) throws -> ReportMaterial {
    let read = try group.files.map { (file: $0, entry: try entry($0.path)) }
    let shapes = Set(read.map { $0.entry.relevance.shape.extents })
    guard shapes.count == 1 else {
      throw CommandError("\(group.path): its results are of different sizes; explain it anew")
    }
    // Rows by falling score, columns as they were found.
    let targets = Dictionary(grouping: read) { $0.file.target }
      .sorted { ($0.value[0].entry.report.target.score, $1.key) > ($1.value[0].entry.report.target.score, $0.key) }
    var methods: [String] = []
    for (file, _) in read where !methods.contains(file.method) { methods.append(file.method) }
    let rows = targets.map { target, entries in
      methods.map { method -> Result<ReportEntry, any Error> in
        guard let found = entries.first(where: { $0.file.method == method }) else {
          return .failure(CommandError("it was not explained by this method"))
        }
        return .success(found.entry)
      }
    }
    let image = read[0].entry.report.image
    var (photograph, notes): (Photograph?, [String]) = (nil, [])
    do {
      let found = try Photograph(path: image.path)
      if found.width == image.width, found.height == image.height {
        photograph = found
      } else {
        notes.append(
          "\(image.path) is another image now (\(found.width) × \(found.height) pixels instead of "
            + "\(image.width) × \(image.height)): only its heatmaps are shown.")
      }
    } catch {
      notes.append("The image cannot be shown: \(error).")
    }
    return ReportMaterial(
      name: group.name, path: image.path, photograph: photograph, methods: methods, rows: rows,
      time: ReportProvenance.time(try time(of: read[0].file.path)), notes: notes)
  }

  private static func entry(_ path: String) throws -> ReportEntry {
    let report: ExplanationReport
    do {
      report = try JSONDecoder().decode(
        ExplanationReport.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw CommandError("\(path): no report of this version of relprop; explain the image anew")
    }
    let relevance = try NumPyArray(path: path.dropLast(".json".count) + ".relevance.npy").tensor
    let shape = relevance.shape.extents
    guard shape == report.model.inputShape, shape.count == 3, relevance.count > 0 else {
      throw CommandError(
        "\(path): expected relevance of \(report.model.inputShape), found \(shape); explain the image anew")
    }
    let image = report.image
    guard image.seen.count == 4, image.seen[2] >= 1, image.seen[3] >= 1, image.seen.allSatisfy(\.isFinite),
      image.seen[0] >= 0, image.seen[1] >= 0, image.seen[0] + image.seen[2] <= Double(image.width) + 1,
      image.seen[1] + image.seen[3] <= Double(image.height) + 1
    else { throw CommandError("\(path): the part of the image that the network saw makes no sense; explain it anew") }
    return ReportEntry(report: report, relevance: relevance)
  }

  /// When the results were written.
  private static func time(of path: String) throws -> Date {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date ?? Date()
  }
}
