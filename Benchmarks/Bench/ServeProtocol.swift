import Foundation

/// A command to `relprop-bench serve`, a line of JSON: `{"load": {…}}`, then `{"run": {…}}` as often as wished.
enum ServeRequest: Codable {
  /// Makes the network ready. Answers with what it took.
  case load(Work)
  case run(Run)
  /// Removes units of images; needs no load.
  case remove(RemovalRequest)

  /// Runs the images that are loaded, or those of a file.
  struct Run: Codable, Hashable {
    /// `.npy`, `[N, C, H, W]`; nil: the random images of before.
    var input: String?
    /// Explained in every image; nil: those with the highest scores.
    var classes: [Int]?
    /// Runs before the timed ones.
    var untimed: Int?
    /// Timed runs; nil: one.
    var timed: Int?
    /// Where the relevance of the last run goes, `.npy`, `[N · targets, C, H, W]`.
    var output: String?
  }

  private enum Key: String, CodingKey { case load, run, remove }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if let work = try values.decodeIfPresent(Work.self, forKey: .load) {
      self = .load(work)
    } else if let run = try values.decodeIfPresent(Run.self, forKey: .run) {
      self = .run(run)
    } else if let removal = try values.decodeIfPresent(RemovalRequest.self, forKey: .remove) {
      self = .remove(removal)
    } else {
      throw SessionError("expected {\"load\": {…}}, {\"run\": {…}} or {\"remove\": {…}}")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .load(let work): try values.encode(work, forKey: .load)
    case .run(let run): try values.encode(run, forKey: .run)
    case .remove(let removal): try values.encode(removal, forKey: .remove)
    }
  }
}

/// The answer, a line of JSON: one of them has `error`, or all else.
struct ServeAnswer: Codable {
  /// Of every timed run; of loading, for `load`.
  var seconds: [Double]?
  /// Of these, until the scores were there.
  var forwardSeconds: [Double]?
  /// Of every image.
  var topClasses: [Int]?
  /// Most physical memory held so far, weights included.
  var peakBytes: Int?
  var device: String?
  var error: String?
}
