/// An sRGB colour of 8 bits a channel.
public struct Color: Sendable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  public static let white = Color(red: 255, green: 255, blue: 255)
  public static let black = Color(red: 0, green: 0, blue: 0)

  /// Its brightness after ITU-R 601, 0 … 255.
  var luma: Double { UInt8.luma(red, green, blue) }

  /// (1 − weight) · self + weight · other.
  func mixed(with other: Color, weight: Double) -> Color {
    // Never negative, so that half may be added; rounded() is a call.
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8(Double(a) + (Double(b) - Double(a)) * weight + 0.5) }
    return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}
