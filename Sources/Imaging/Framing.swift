import RelevancePropagation

/// Where the network looked: which rectangle of the photograph became its input.
public struct Framing: Sendable, Hashable {
  /// A rectangle in pixels of the photograph; edges may lie between pixels.
  public struct Rectangle: Sendable, Hashable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }
  }

  /// Size of the photograph, in pixels.
  public let photographWidth: Int
  public let photographHeight: Int
  /// Size of the whole photograph after resizing, of which the input is cut.
  public let resizedWidth: Int
  public let resizedHeight: Int
  /// Size of the network's input, and where it lies in the resized photograph.
  public let width: Int
  public let height: Int
  public let left: Int
  public let top: Int

  /// What the network saw, in the photograph.
  public var seen: Rectangle {
    let horizontal = Double(photographWidth) / Double(resizedWidth)
    let vertical = Double(photographHeight) / Double(resizedHeight)
    return Rectangle(
      x: Double(left) * horizontal, y: Double(top) * vertical,
      width: Double(width) * horizontal, height: Double(height) * vertical)
  }

  /// The photograph that covers a `box` as closely as it can, keeping its proportions, and the centre
  /// `width` × `height` of it. As torchvision rounds: the longer side down, half a pixel of offset to the even number.
  static func centreCrop(of photograph: Photograph, box: (width: Int, height: Int), width: Int, height: Int) -> Framing
  {
    let (w, h) = (photograph.width, photograph.height)
    let fitsWidth = box.width * h >= box.height * w
    let resizedWidth = fitsWidth ? box.width : box.height * w / h
    let resizedHeight = fitsWidth ? box.width * h / w : box.height
    return Framing(
      photographWidth: w, photographHeight: h, resizedWidth: resizedWidth, resizedHeight: resizedHeight,
      width: width, height: height,
      left: Int((Double(resizedWidth - width) / 2).rounded(.toNearestOrEven)),
      top: Int((Double(resizedHeight - height) / 2).rounded(.toNearestOrEven)))
  }

  /// The whole photograph at another size, but for a margin around it.
  static func whole(of photograph: Photograph, width: Int, height: Int, margin: Extent) -> Framing {
    Framing(
      photographWidth: photograph.width, photographHeight: photograph.height,
      resizedWidth: width + 2 * margin.horizontal, resizedHeight: height + 2 * margin.vertical,
      width: width, height: height, left: margin.horizontal, top: margin.vertical)
  }
}
