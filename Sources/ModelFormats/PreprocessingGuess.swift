import Foundation
import RelevancePropagation

/// The preprocessing a network most likely expects, and why.
struct PreprocessingGuess {
  var preprocessing: Preprocessing
  var reason: String

  private init(_ preprocessing: Preprocessing, _ reason: String) {
    self.preprocessing = preprocessing
    self.reason = reason
  }

  /// Producers of ONNX files whose networks descend from Caffe.
  private static let caffeProducers = ["caffe"]

  init(inputShape: Shape, producer: String? = nil) {
    let channels = inputShape.rank == 3 ? inputShape[0] : 1
    switch channels {
    case 3:
      if let producer, Self.caffeProducers.contains(where: { producer.lowercased().contains($0) }) {
        self.init(.caffe, "the file was written by \(producer): BGR, Caffe's mean subtracted, no scaling")
      } else {
        self.init(
          .torchvision, "the file does not say; three channels are taken as RGB with torchvision's mean and deviation")
      }
    default:
      self.init(
        Preprocessing(
          channelOrder: .grey, scale: 1 / 255, mean: Array(repeating: 0, count: channels),
          deviation: Array(repeating: 1, count: channels)),
        channels == 1
          ? "the file does not say; one channel is taken as grey, scaled to 0 ... 1"
          : "the file does not say, and \(channels) channels are no photograph; pixels are scaled to 0 ... 1")
    }
  }

  /// From the metadata `relprop.preprocessing`, the JSON of a `Preprocessing`.
  init(json: String, inputShape: Shape) throws {
    let place = "relprop.preprocessing"
    let value: Preprocessing
    do { value = try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8)) } catch {
      throw ModelFileError(at: place, "is no valid preprocessing", remedy: "expected JSON as Preprocessing encodes it")
    }
    let channels = inputShape.rank == 3 ? inputShape[0] : 1
    guard value.mean.count == channels, value.deviation.count == channels else {
      throw ModelFileError(
        at: place, "expected \(channels) means and deviations, found \(value.mean.count) and \(value.deviation.count)")
    }
    guard value.channelOrder == .grey || channels == 3 else {
      throw ModelFileError(at: place, "\(value.channelOrder.rawValue) needs 3 channels, the network takes \(channels)")
    }
    guard value.scale.isFinite, value.scale > 0, value.mean.allSatisfy(\.isFinite),
      value.deviation.allSatisfy({ $0.isFinite && $0 > 0 }), (1...1 << 20).contains(value.resize)
    else { throw ModelFileError(at: place, "scale, deviations and resize must be positive and all numbers finite") }
    self.init(value, "stated in the file")
  }
}
