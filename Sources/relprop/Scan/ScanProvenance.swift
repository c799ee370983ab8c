import Foundation
import OMEZarr

/// A scan's identity as the map's attributes tell it to other programs.
enum ScanProvenance {
  static func of(_ identity: ScanIdentity) throws -> Provenance {
    let encoder = JSONEncoder()
    var provenance = try JSONDecoder().decode(Provenance.self, from: encoder.encode(identity))
    provenance["class"] = .string(identity.className ?? "each window's top class")
    return provenance
  }
}
