/// Text inside XML and HTML.
enum XML {
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // Control characters have no place in XML 1.0, not even escaped.
      case "\u{0}"..<"\u{20}" where !"\t\n\r".unicodeScalars.contains(character): result += "\u{FFFD}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
