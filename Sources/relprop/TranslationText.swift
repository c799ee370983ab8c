import Foundation
import RelevancePropagation

/// A translation average in words, for the terminal.
enum TranslationText {
  /// "averaged over 25 shifts (grid 5 x 5, step 1; border edge, divided by total): 4.21 to 4.76, castle on top in 25".
  static func line(_ record: TranslationRecord, labels: [String], topClass: Int) -> String {
    let values = record.copies.map(\.value)
    let same = record.copies.count { $0.topClass == topClass }
    return
      "averaged over \(record.copies.count) shift(s) (\(record.shifts); border \(record.border.rawValue), divided by "
      + "\(record.divisor.rawValue)): "
      + String(format: "%.5g to %.5g, ", values.min() ?? 0, values.max() ?? 0)
      + "\(labels[topClass]) on top in \(same)"
  }
}
