/// How good explanations are, as a page shows it: curves with their spread, and tables of scores.
///
/// Who measures hands this over; nothing here knows what was measured.
public struct ReportedEvaluation: Sendable {
  /// What was judged, and where this was read.
  public var note: String
  public var tables: [Table]
  public var charts: [Chart]

  public init(note: String, tables: [Table], charts: [Chart]) {
    self.note = note
    self.tables = tables
    self.charts = charts
  }

  /// A row a score, a column a method.
  public struct Table: Sendable {
    public var title: String
    /// What the first column holds, then the methods.
    public var columns: [String]
    public var rows: [(name: String, cells: [String])]

    public init(title: String, columns: [String], rows: [(name: String, cells: [String])]) {
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  /// A curve a method, with how far values lie around it.
  public struct Chart: Sendable {
    public var title: String
    public var horizontal: String
    public var vertical: String
    public var series: [BandChart.Series]
    /// Values cannot leave it.
    public var limits: ClosedRange<Double>?

    public init(
      title: String, horizontal: String, vertical: String, series: [BandChart.Series],
      limits: ClosedRange<Double>? = nil
    ) {
      self.title = title
      self.horizontal = horizontal
      self.vertical = vertical
      self.series = series
      self.limits = limits
    }
  }
}
