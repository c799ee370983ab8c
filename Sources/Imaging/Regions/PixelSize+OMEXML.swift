extension PixelSize {
  /// From OME-XML in a TIFF file's description: PhysicalSizeX and PhysicalSizeY of the first `Pixels` element, in
  /// their units (micrometres where none is given). Nil where there is no such element, size or length's unit.
  init?(omeXML text: String) {
    guard text.contains("<OME"), let start = text.firstRange(of: "<Pixels"),
      let end = text[start.upperBound...].firstIndex(of: ">")
    else { return nil }
    let element = text[start.upperBound..<end]
    func attribute(_ name: String) -> Substring? {
      for quote in ["\"", "'"] {
        // The space keeps PhysicalSizeX from being found inside another name.
        guard let value = element.firstRange(of: " \(name)=\(quote)"),
          let end = element[value.upperBound...].firstIndex(of: Character(quote))
        else { continue }
        return element[value.upperBound..<end]
      }
      return nil
    }
    func microns(_ axis: String) -> Double? {
      guard let size = attribute("PhysicalSize\(axis)").flatMap({ Double($0) }),
        let unit = Self.micrometres[String(attribute("PhysicalSize\(axis)Unit") ?? "µm")]
      else { return nil }
      return size * unit
    }
    self.init(checked: microns("X"), microns("Y"))
  }

  /// A unit of OME's UnitsLength in micrometres. µ is written in two ways (U+00B5, U+03BC).
  private static let micrometres = [
    "pm": 1e-6, "nm": 1e-3, "µm": 1, "\u{3bc}m": 1, "&#181;m": 1, "&#xB5;m": 1, "um": 1, "mm": 1e3, "cm": 1e4, "m": 1e6,
    "in": 25400,
  ]
}
