import Imaging
import Reporting

/// Pictures in rows and columns under their names, as one SVG file that holds them.
struct PictureSheet {
  struct Cell {
    /// Nil leaves the place empty.
    var picture: Picture?
    /// Lines below the picture.
    var caption: [String]

    init(_ picture: Picture?, _ caption: String...) {
      self.picture = picture
      self.caption = caption
    }
  }

  struct Row {
    /// Above the row; empty for none.
    var title: String
    var cells: [Cell]
  }

  var title: String
  /// Above the columns; empty for none.
  var columns: [String] = []
  var rows: [Row]
  /// Width and height of a picture on the sheet.
  var side = 120.0

  private static let margin = 8.0
  private static let line = 14.0

  /// - Throws: `ImageError` where a picture cannot be encoded.
  func drawn() throws -> SVGDocument {
    let (margin, line) = (Self.margin, Self.line)
    let count = max(columns.count, rows.map(\.cells.count).max() ?? 0)
    let heights = rows.map { row in
      (row.title.isEmpty ? 0 : line + 4) + side + line * Double(row.cells.map(\.caption.count).max() ?? 0) + margin
    }
    let top = 34 + (columns.isEmpty ? 0 : line + 4)
    // Wide enough for the title, at some 7.5 pixels a letter.
    let width = max(Double(count) * (side + margin) + margin, 2 * margin + 7.5 * Double(title.count))
    var sheet = SVGDocument(width: width, height: top + heights.reduce(0, +) + margin)
    sheet.label(title, x: margin, y: 20, size: 14)
    for (index, name) in columns.enumerated() {
      sheet.label(name, x: middle(of: index), y: top - 6, anchor: .middle)
    }
    var y = top
    for (row, height) in zip(rows, heights) {
      var place = y
      if !row.title.isEmpty {
        sheet.label(row.title, x: margin, y: place + line - 2, size: 12)
        place += line + 4
      }
      for (index, cell) in row.cells.enumerated() {
        if let picture = cell.picture {
          sheet.image(
            png: try picture.png(), x: margin + Double(index) * (side + margin), y: place, width: side, height: side)
        }
        for (number, text) in cell.caption.enumerated() {
          sheet.label(
            text, x: middle(of: index), y: place + side + line * Double(number + 1) - 2, anchor: .middle)
        }
      }
      y += height
    }
    return sheet
  }

  private func middle(of column: Int) -> Double {
    Self.margin + Double(column) * (side + Self.margin) + side / 2
  }
}

extension Heatmap {
  /// In the authors' colours, at their bound or a given one.
  func drawn(bound: Double? = nil) -> Picture { picture(.seed, bound: bound ?? self.bound(.seed)) }
}
