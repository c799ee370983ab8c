/// What `scenes.json` of a set holds: how the set was drawn, and each scene's class, seed and box.
public struct SceneIndex: Sendable, Hashable, Codable {
  public struct Entry: Sendable, Hashable, Codable {
    /// The class's label.
    public var `class`: String
    /// Draws the scene again: `Scene(of:seed:size:marked:)`.
    public var seed: UInt64
    public var box: Scene.Box
    /// Where the mark stands; absent in a scene that bears none.
    public var mark: Scene.Box?
    /// File names beside the index; absent in the raw form.
    public var image: String?
    public var mask: String?
  }

  /// Width and height of every image, in pixels.
  public var size: Int
  /// The seed of the set, from which the scenes' seeds come.
  public var seed: UInt64
  /// Labels in the order of the network's outputs.
  public var classes: [String]
  public var scenes: [Entry]
}
