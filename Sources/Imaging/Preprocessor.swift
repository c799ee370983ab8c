import RelevancePropagation

/// Photographs to the input tensors of one network, and back to pictures.
///
/// With `Fitting.centreCrop` the resize equals torchvision's `Resize` (bilinear, antialiased) and `CenterCrop` on a
/// Pillow image in every pixel. The part that is cut is all that is computed: a photograph of 20,000 × 20 pixels
/// needs no more memory than a square one.
public struct Preprocessor: Sendable {
  public let preprocessing: Preprocessing
  /// The network's input, `[C, H, W]`.
  public let inputShape: Shape

  /// A photograph as the network reads it.
  public struct Input: Sendable {
    /// `[C, H, W]`.
    public let tensor: Tensor
    public let framing: Framing
    /// `[C, H + 2·my, W + 2·mx]`: the same with the margin that was asked for around it; nil without one.
    public let surroundings: Tensor?
  }

  /// - Throws: `PreprocessorError` where `preprocessing` does not fit a network of input `[C, H, W]`.
  public init(_ preprocessing: Preprocessing, inputShape: Shape) throws {
    guard inputShape.rank == 3, inputShape.extents.allSatisfy({ $0 > 0 }) else {
      throw PreprocessorError("the network reads \(inputShape), no image [C, H, W]")
    }
    let channels = preprocessing.channelOrder == .grey ? 1 : 3
    guard inputShape[0] == channels, preprocessing.channelCount == channels else {
      throw PreprocessorError(
        "expected \(inputShape[0]) channels as the network reads, found channel order "
          + "\(preprocessing.channelOrder.rawValue) with \(preprocessing.channelCount) means; state another preprocessing"
      )
    }
    self.preprocessing = preprocessing
    self.inputShape = inputShape
  }

  /// What the network reads of `photograph`, with a margin of what lies around it for copies that are moved.
  ///
  /// The photograph is resized larger where its margin would else be missing, and no more than that: where a centre crop leaves
  /// enough around it, the network reads what it reads without a margin.
  ///
  /// - Parameter margin: pixels of the resized photograph above and below (vertical), left and right (horizontal).
  /// - Throws: `PreprocessorError` where `Fitting.none` finds another size or is asked for a margin, or `resize` is smaller than
  ///   the input.
  public func input(_ photograph: Photograph, margin: Extent = Extent(0)) throws -> Input {
    let framing = try framing(photograph, margin: margin)
    let (width, height) = (framing.width + 2 * margin.horizontal, framing.height + 2 * margin.vertical)
    let (left, top) = (framing.left - margin.horizontal, framing.top - margin.vertical)
    let resampler = Resampler(
      sourceWidth: photograph.width, sourceHeight: photograph.height,
      width: framing.resizedWidth, height: framing.resizedHeight,
      columns: left..<left + width, rows: top..<top + height)
    let whole =
      switch photograph.raster {
      case .bytes(let pixels): normalized(resampler.resize(pixels), width: width, height: height)
      case .floats(let samples): normalized(resampler.resize(samples), width: width, height: height)
      }
    guard margin != Extent(0) else { return Input(tensor: whole, framing: framing, surroundings: nil) }
    return Input(tensor: Self.centre(of: whole, margin), framing: framing, surroundings: whole)
  }

  /// `[C, H, W]` without its margin.
  private static func centre(of whole: Tensor, _ margin: Extent) -> Tensor {
    let (channels, rows, columns) = (whole.shape[0], whole.shape[1], whole.shape[2])
    let (height, width) = (rows - 2 * margin.vertical, columns - 2 * margin.horizontal)
    return whole.withScalars { scalars in
      Tensor(
        shape: [channels, height, width],
        scalars: (0..<channels * height).flatMap { line in
          let row = line / height * rows + margin.vertical + line % height
          return scalars[row * columns + margin.horizontal..<row * columns + margin.horizontal + width]
        })
    }
  }

  /// Which part of `photograph` the network reads, the margin around it left out.
  public func framing(_ photograph: Photograph, margin: Extent = Extent(0)) throws -> Framing {
    let (height, width) = (inputShape[1], inputShape[2])
    switch preprocessing.fitting {
    case .centreCrop:
      // `resize` is told for a network of 224 pixels: 256 leaves out the same share of the border at every size.
      func side(_ extent: Int) -> Int { Int((Double(preprocessing.resize * extent) / 224).rounded()) }
      guard side(height) >= height, side(width) >= width else {
        throw PreprocessorError(
          "the shorter side is resized to \(preprocessing.resize), less than the 224 pixels that are cut of it; "
            + "state 224 or more")
      }
      let box = (
        max(side(width), width + 2 * margin.horizontal), max(side(height), height + 2 * margin.vertical)
      )
      return .centreCrop(of: photograph, box: box, width: width, height: height)
    case .stretch:
      return .whole(of: photograph, width: width, height: height, margin: margin)
    case .none:
      guard margin == Extent(0) else {
        throw PreprocessorError(
          "the fitting none leaves no pixels around the network's input; choose centre-crop or stretch, or another border"
        )
      }
      guard photograph.width == width, photograph.height == height else {
        throw PreprocessorError(
          "expected an image of \(width) × \(height) pixels, found \(photograph.width) × \(photograph.height); "
            + "resize it, or choose the fitting centre-crop or stretch")
      }
      return .whole(of: photograph, width: width, height: height, margin: margin)
    }
  }

  /// The picture of an input tensor `[C, H, W]`: what the network saw, rounded to 8 bits.
  public func picture(_ tensor: Tensor) -> Picture {
    precondition(tensor.shape == inputShape, "expected \(inputShape), found \(tensor.shape)")
    let area = inputShape[1] * inputShape[2]
    var picture = Picture(width: inputShape[2], height: inputShape[1])
    tensor.withScalars { scalars in
      for (channel, colours) in pictureChannels.enumerated() {
        let (mean, deviation) = (preprocessing.mean[channel], preprocessing.deviation[channel])
        for i in 0..<area {
          let pixel = (Double(scalars[channel * area + i]) * deviation + mean) / preprocessing.scale
          for colour in colours { picture.pixels[i * 3 + colour] = UInt8(min(max(pixel, 0), 255).rounded()) }
        }
      }
    }
    return picture
  }

  /// For each channel of the network the colours of a picture it is: red 0, green 1, blue 2.
  private var pictureChannels: [[Int]] {
    switch preprocessing.channelOrder {
    case .rgb: [[0], [1], [2]]
    case .bgr: [[2], [1], [0]]
    case .grey: [[0, 1, 2]]
    }
  }

  /// A region of an image of 16 bits a sample as the network reads it, `[C, height, width]`: pixel by pixel, nothing resized.
  package func planes(_ samples: [Float], width: Int, height: Int) -> Tensor {
    normalized(samples, width: width, height: height)
  }

  /// Interleaved RGB samples to x = (pixel · scale − mean) / deviation, `[C, height, width]`.
  private func normalized<Sample: PixelSample>(_ samples: [Sample], width: Int, height: Int) -> Tensor {
    let area = width * height
    let scalars = [Float](unsafeUninitializedCapacity: inputShape[0] * area) { scalars, count in
      for (channel, colours) in pictureChannels.enumerated() {
        for i in 0..<area {
          let level =
            colours.count == 1
            ? samples[i * 3 + colours[0]].level
            : Sample.luma(samples[i * 3], samples[i * 3 + 1], samples[i * 3 + 2])
          scalars[channel * area + i] = preprocessing.value(of: level, channel: channel)
        }
      }
      count = inputShape[0] * area
    }
    return Tensor(shape: [inputShape[0], height, width], scalars: scalars)
  }
}

/// A sample 0 … 255 and its brightness among others, after ITU-R 601.
protocol PixelSample {
  var level: Double { get }
  static func luma(_ red: Self, _ green: Self, _ blue: Self) -> Double
}

extension UInt8: PixelSample {
  var level: Double { Double(self) }
  /// Rounded to a whole level, with Pillow's weights of 16 bits.
  static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Double {
    Double((Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471 + 0x8000) >> 16)
  }
}

extension Float: PixelSample {
  var level: Double { Double(self) }
  static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Double {
    0.299 * red.level + 0.587 * green.level + 0.114 * blue.level
  }
}

/// A preprocessing that does not fit the network or the image.
public struct PreprocessorError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
