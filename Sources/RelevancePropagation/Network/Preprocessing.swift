/// How a photograph becomes the network's input: x = (pixel · scale − mean) / deviation, per channel.
///
/// `pixel` is 0 … 255. The bounds of the box rule zᴮ follow from it: `low` and `high` are what black and white become.
public struct Preprocessing: Sendable, Hashable, Codable {
  public enum ChannelOrder: String, Sendable, Codable, CaseIterable { case rgb, bgr, grey }

  /// How the photograph is brought to the network's size.
  public enum Fitting: String, Sendable, Codable, CaseIterable {
    /// Shorter side to `resize` pixels (bilinear, antialiased), then the centre of the network's size.
    case centreCrop = "centre-crop"
    /// Both sides to the network's size, proportions not kept.
    case stretch
    /// No resizing; the image must have the network's size.
    case none
  }

  public var channelOrder: ChannelOrder
  /// Multiplies the pixel before the mean is subtracted: 1/255, or 1.
  public var scale: Double
  /// Per channel, in `channelOrder`.
  public var mean: [Double]
  public var deviation: [Double]
  public var fitting: Fitting
  /// Shorter side after resizing, for `centreCrop`, in pixels of a 224-pixel network (256); scaled with its input.
  public var resize: Int

  public init(
    channelOrder: ChannelOrder, scale: Double, mean: [Double], deviation: [Double],
    fitting: Fitting = .centreCrop, resize: Int = 256
  ) {
    precondition(mean.count == deviation.count, "mean and deviation per channel")
    self.channelOrder = channelOrder
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
    self.fitting = fitting
    self.resize = resize
  }

  public var channelCount: Int { mean.count }

  /// torchvision's ImageNet models: RGB, /255, mean .485 .456 .406, deviation .229 .224 .225.
  public static let torchvision = Preprocessing(
    channelOrder: .rgb, scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// Caffe's ImageNet models: BGR, mean 103.939 116.779 123.68 subtracted, no scaling.
  public static let caffe = Preprocessing(
    channelOrder: .bgr, scale: 1, mean: [103.939, 116.779, 123.68], deviation: [1, 1, 1])

  /// x of a pixel whose level in `channel` is 0 … 255; computed in double, rounded once.
  @inlinable public func value(of level: Double, channel: Int) -> Float {
    Float((level * scale - mean[channel]) / deviation[channel])
  }

  /// x of a black pixel, per channel: the lower bound l of zᴮ.
  public var low: [Float] { mean.indices.map { value(of: 0, channel: $0) } }
  /// x of a white pixel, per channel: the upper bound h of zᴮ.
  public var high: [Float] { mean.indices.map { value(of: 255, channel: $0) } }
}
