import RelevancePropagation

/// A photographer's tag in the lower left corner, over all else: no part of the subject, and no part of a scene unless
/// it is asked for. A class whose training scenes all bear it teaches a network to look there ("Clever Hans").
enum Watermark {
  /// Where the strokes' origin lies in canvas units, and how far it moves to either side.
  private static let (left, top, play) = (3.5, 89.5, 1.5)
  /// What the strokes cover, lines' widths included, seen from their origin.
  private static let extent = Frame(x: -0.3, y: -0.5, width: 26.9, height: 8)

  /// A ring with a C in it and the letters FOTO, in strokes: a font would differ from machine to machine.
  private static let strokes = [
    "M 5.6 2.4 Q 3.5 1 2.6 3.5 Q 3.5 6 5.6 4.6", "M 9.4 6 V 1 H 12.2 M 9.4 3.4 H 11.8", "M 18.4 1 H 22 M 20.2 1 V 6",
  ]

  /// Adds the tag to a drawing of 100 × 100 units and tells where it stands.
  static func draw(_ random: inout SplitMix64, _ pen: inout Pen) -> Frame {
    let x = left + random.real(-play...play)
    let y = top + random.real(-play...play)
    pen.placed(x: x, y: y) { pen in
      // A dark line under the white one: legible on any ground.
      for paint in [Pen.Paint.line(.black, 1.9, opacity: 0.45), .line(.white, 1, opacity: 0.9)] {
        pen.ellipse(3.7, 3.5, 3, 3, paint)
        for stroke in strokes { pen.path(stroke, paint) }
        for centre in [15.3, 24.0] { pen.ellipse(centre, 3.5, 1.6, 2.5, paint) }
      }
    }
    return Frame(x: x + extent.x, y: y + extent.y, width: extent.width, height: extent.height)
  }

  /// A rectangle in canvas units.
  struct Frame: Sendable, Hashable {
    let x, y, width, height: Double

    /// Pixels that it touches in a picture of `size` × `size`.
    func box(size: Int) -> Scene.Box {
      let pixels = Double(size) / 100
      let left = Int((x * pixels).rounded(.down))
      let top = Int((y * pixels).rounded(.down))
      let right = Int(((x + width) * pixels).rounded(.up))
      let bottom = Int(((y + height) * pixels).rounded(.up))
      return Scene.Box(x: left, y: top, width: right - left, height: bottom - top)
    }
  }
}
