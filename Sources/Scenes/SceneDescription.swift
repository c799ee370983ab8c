import RelevancePropagation

/// A scene as SVG text: a canvas of 100 × 100 units that can be drawn at any size.
///
/// Layers from back to front: backdrop, clutter, distractors, subject, grain; where asked for, a mark. The surroundings
/// are drawn from random numbers of their own and know only where the subject stands, never what it is: nothing but the
/// subject tells the class, unless only scenes of one class are marked.
public struct SceneDescription: Sendable, Hashable {
  public let subject: SceneClass
  public let seed: UInt64

  /// One layer behind the other.
  private let layers: [String]
  /// The subject alone, placed.
  private let figure: String
  /// Where the mark stands, if there is one.
  let mark: Watermark.Frame?

  /// `marked`: whether the scene bears a mark in its lower left corner. All else stays as it is without.
  public init(of subject: SceneClass, seed: UInt64, marked: Bool = false) {
    self.subject = subject
    self.seed = seed
    var seeds = SplitMix64(seed: seed)
    var placing = SplitMix64(seed: seeds.next())
    var surroundings = SplitMix64(seed: seeds.next())
    var drawing = SplitMix64(seed: seeds.next())

    let place = Place(&placing)
    var figure = Pen()
    let scale = place.side / 100
    let mirrored = place.mirrored && subject.mayBeMirrored
    figure.placed(
      x: place.x, y: place.y, turned: place.turned, scaleX: mirrored ? -scale : scale, scaleY: scale
    ) { pen in
      subject.drawing(&drawing, &pen)
    }
    self.figure = figure.text
    var layers = [
      Backdrop.draw(&surroundings, behind: place),
      Clutter.draw(&surroundings),
      Distractors.draw(&surroundings),
      figure.text,
      Grain.draw(&surroundings),
    ]
    if marked {
      // Numbers of its own, drawn last: a scene and the same scene marked differ in the mark alone.
      var marking = SplitMix64(seed: seeds.next())
      var tag = Pen()
      mark = Watermark.draw(&marking, &tag)
      layers.append(tag.text)
    } else {
      mark = nil
    }
    self.layers = layers
  }

  /// Where the subject stands, in canvas units and degrees.
  struct Place {
    /// Width of the subject's frame; the subject fills 25–60 of the canvas's 100 units, mostly.
    let side: Double
    let x, y: Double
    let turned: Double
    let mirrored: Bool

    init(_ random: inout SplitMix64) {
      side = random.real(32...64)
      // Half the frame, and a little for what the turn adds.
      let margin = side * 0.56
      x = random.real(margin...100 - margin)
      y = random.real(margin...100 - margin)
      turned = random.real(-10...10)
      mirrored = random.chance(0.5)
    }

    /// The lower edge of the frame.
    var foot: Double { y + side * 0.46 }
  }

  /// The whole scene at `size` × `size` pixels.
  public func picture(size: Int) -> String { document(layers.joined(), size) }

  /// The subject alone on a transparent ground: its alpha is the mask.
  public func cutOut(size: Int) -> String { document(figure, size) }

  private func document(_ content: String, _ size: Int) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(size)\" height=\"\(size)\" viewBox=\"0 0 100 100\">\n"
      + content + "</svg>\n"
  }
}
