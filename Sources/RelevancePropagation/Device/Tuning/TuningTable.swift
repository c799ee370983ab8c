public import Compute

/// Values of all kernels' parameters for one device: kernel → parameter → number.
///
/// They come from the source (`TuningTable.standard(for:)`), and over them from a file that `relprop tune` writes
/// (`TuningFile`). No value changes what is computed, only how fast; sums may be ordered otherwise.
public struct TuningTable: Sendable, Equatable {
  private var values: [String: TuningValues]

  init(_ values: [String: TuningValues]) { self.values = values }

  /// The kernel's own values, and over them what this table says.
  public subscript(kernel: TunableKernel) -> TuningValues {
    get { kernel.standard.merging(values[kernel.name] ?? [:]) { $1 } }
    set { values[kernel.name] = newValue }
  }

  /// This table, and over it `other`.
  func overlaid(with other: TuningTable) -> TuningTable {
    TuningTable(values.merging(other.values) { $0.merging($1) { $1 } })
  }

  /// What is written to a file.
  var entries: [String: TuningValues] { values }

  /// The values in the source for a device of this kind and vendor.
  ///
  /// Those of a kernel file itself suit groups of 32 work-items that run in step and 128 or more registers each. None was
  /// measured on a GPU; `relprop tune` measures yours.
  public static func standard(for device: Device) -> TuningTable {
    standard(kind: device.kind, vendor: device.vendor)
  }

  static func standard(kind: Device.Kind, vendor: String) -> TuningTable {
    rows.filter { $0.kind == kind && vendor.lowercased().contains($0.vendor) }
      .reduce(TuningTable([:])) { $0.overlaid(with: TuningTable($1.values)) }
  }

  /// Every row that fits is taken, later ones over earlier ones. An empty vendor fits all.
  private static let rows: [(kind: Device.Kind, vendor: String, values: [String: TuningValues])] = [
    // 64 work-items run in step: a row of the transpose's group reads 64 neighbours.
    (.gpu, "advanced micro devices", ["vector": ["COLUMNS": 64, "SHARES": 4]])
  ]
}
