/// One image with the explanations of its targets: what a page shows.
public struct ReportedImage: Sendable {
  /// What it is called, and where it lay.
  public var name: String
  public var path: String
  /// Its size, and which part of it the network saw, in words.
  public var framing: String
  /// The part the network saw, as a photograph; nil where it is not to be had, for the reason that `notes` tell.
  public var picture: EmbeddedFile?
  /// Pixels of the heatmaps.
  public var mapWidth: Int
  public var mapHeight: Int
  /// By falling score.
  public var classes: [Class]
  /// Names of the targets (rows) and methods (columns) of `maps`.
  public var targets: [Target]
  public var methods: [String]
  /// `maps[target][method]`.
  public var maps: [[ReportedMap]]
  public var provenance: Provenance
  /// What a reader has to know beforehand.
  public var notes: [String]

  public struct Class: Sendable {
    public var index: Int
    public var name: String
    public var score: Double
    public var probability: Double

    public init(index: Int, name: String, score: Double, probability: Double) {
      self.index = index
      self.name = name
      self.score = score
      self.probability = probability
    }
  }

  public struct Target: Sendable {
    /// "castle"
    public var name: String
    /// "castle, score 4.58"
    public var description: String

    public init(name: String, description: String) {
      self.name = name
      self.description = description
    }
  }

  /// - Precondition: a map for each target and method, at least one.
  public init(
    name: String, path: String, framing: String, picture: EmbeddedFile?, mapWidth: Int, mapHeight: Int,
    classes: [Class], targets: [Target], methods: [String], maps: [[ReportedMap]], provenance: Provenance,
    notes: [String] = []
  ) {
    precondition(!targets.isEmpty && !methods.isEmpty && mapWidth > 0 && mapHeight > 0)
    precondition(maps.count == targets.count && maps.allSatisfy { $0.count == methods.count })
    self.name = name
    self.path = path
    self.framing = framing
    self.picture = picture
    self.mapWidth = mapWidth
    self.mapHeight = mapHeight
    self.classes = classes
    self.targets = targets
    self.methods = methods
    self.maps = maps
    self.provenance = provenance
    self.notes = notes
  }
}
