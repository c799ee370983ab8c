public import Compute

/// Values of all kernels' parameters for one device: kernel → parameter → number.
///
/// They come from the source (`TuningTable.standard(for:)`), and over them from a file that `relprop tune` writes
/// (`TuningFile`). No value changes what is computed, only how fast: convolutions and dense layers add in the same order
/// whatever the tiles, the sums of the ledger and of stabilizers may differ in the last place.
public struct TuningTable: Sendable, Equatable {
  private var values: [String: TuningValues]

  init(_ values: [String: TuningValues]) { self.values = values }

  /// A table that says nothing.
  public init() { values = [:] }

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

  /// The values in the source for a device of this kind, vendor and these registers.
  ///
  /// Those of a GPU's kernel file itself suit groups of 32 work-items that run in step and 128 or more registers each. None was
  /// measured on a GPU; `relprop tune` measures yours.
  /// - Throws: `ComputeError` where the device cannot be asked for its registers.
  public static func standard(for device: Device, cache: ProgramCache? = .standard) throws -> TuningTable {
    try standard(
      kind: device.kind, vendor: device.vendor, registers: VectorRegisters.of(device, cache: cache))
  }

  static func standard(kind: Device.Kind, vendor: String, registers: VectorRegisters? = nil) -> TuningTable {
    rows.filter { $0.fits(kind, vendor.lowercased(), registers) }
      .reduce(TuningTable([:])) { $0.overlaid(with: TuningTable($1.values)) }
  }

  /// Every row that fits is taken, later ones over earlier ones.
  private static let rows: [Row] = [
    // 64 work-items run in step: a row of the transpose's group reads 64 neighbours.
    Row(kind: .gpu, vendor: "advanced micro devices", values: ["vector": ["COLUMNS": 64, "COLUMN_SHARES": 4]]),
    // A row of the tile is 16 numbers at least: two registers of AVX, four of SSE and NEON. Sums, a row of b and what is
    // broadcast stay in registers; with one row more, 7 or 3, some do not, and the tile takes 1.3 to 1.6 times as long. NEON's
    // were compiled: no sum leaves a register in its loop; the others were measured.
    Row(kind: .cpu, registers: VectorRegisters(numbers: 8, count: 16), values: tile(rows: 6, fewRows: 4)),
    Row(kind: .cpu, registers: VectorRegisters(numbers: 4, count: 32), values: tile(rows: 6, fewRows: 4)),
    Row(kind: .cpu, registers: VectorRegisters(numbers: 4, count: 16), values: tile(rows: 2, fewRows: 1)),
  ]

  private struct Row {
    let kind: Device.Kind
    /// Part of the vendor's name, lowercase; nil fits all.
    var vendor: String?
    /// Nil fits all.
    var registers: VectorRegisters?
    let values: [String: TuningValues]

    func fits(_ kind: Device.Kind, _ vendor: String, _ registers: VectorRegisters?) -> Bool {
      self.kind == kind && self.vendor.map(vendor.contains) ?? true && self.registers.map { $0 == registers } ?? true
    }
  }

  private static func tile(rows: Int, fewRows: Int) -> [String: TuningValues] {
    [TunableKernel.tile.name: ["ROWS": rows, "FEW_ROWS": fewRows, "VECTORS": 1]]
  }
}
