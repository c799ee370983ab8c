import ArgumentParser
import Compute
import Foundation
import ModelFormats
import RelevancePropagation

/// How a model file is read: the names of its classes, and how photographs become its input.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Class names: text, one a line; JSON; or ImageNet's Python dictionary.", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "torchvision, caffe, or auto: what the file suggests.", valueName: "name"))
  var preprocessing = "auto"

  @Option(help: ArgumentHelp("Input size, 224 or 224x320 (height x width).", valueName: "pixels"))
  var size: String?

  @Option(help: ArgumentHelp("Subtracted per channel after scaling, such as 0.485,0.456,0.406.", valueName: "numbers"))
  var mean: String?

  @Option(help: ArgumentHelp("Divided by per channel.", valueName: "numbers"))
  var std: String?

  @Option(help: ArgumentHelp("Multiplies the pixel (0 to 255) first: 1/255 or 1.", valueName: "number"))
  var scale: String?

  @Option(help: ArgumentHelp("rgb, bgr or grey.", valueName: "order"))
  var channels: String?

  @Option(
    help: ArgumentHelp(
      "centre-crop (shorter side to 256 of 224, then the centre), stretch, or none.", valueName: "fit"))
  var fit: String?

  /// Whether anything was said.
  var areGiven: Bool {
    preprocessing != "auto" || [labels, size, mean, std, scale, channels, fit].contains { $0 != nil }
  }

  func load(_ path: String) throws -> ModelOptions.Choice {
    let digest = PendingDigest(ofFile: path)
    let model = try ModelFile.load(path: path, inputSize: try size.map(Self.extent))
    let classes = try classCount(of: model.network, path)
    let names: [String] =
      if let labels {
        try LabelFile.read(path: labels, count: classes)
      } else if let names = model.labels, names.count == classes {
        names
      } else {
        (0..<classes).map { "class \($0)" }
      }
    let (preprocessing, reason) = try chosenPreprocessing(model)
    return ModelOptions.Choice(
      model: model, path: path, labels: names, preprocessing: preprocessing, preprocessingReason: reason,
      digest: digest)
  }

  private func classCount(of network: Network, _ path: String) throws -> Int {
    let shape = network.outputShape
    guard shape.count == shape[0] else {
      throw CommandError(
        "\(path): the output is \(shape), not one score a class; only classifiers can be explained "
          + "(a fully convolutional network needs its training size: --size)")
    }
    return shape[0]
  }

  private func chosenPreprocessing(_ model: LoadedModel) throws -> (Preprocessing, String) {
    var chosen: Preprocessing
    var reason: String
    switch preprocessing {
    case "auto": (chosen, reason) = (model.preprocessing, model.preprocessingReason)
    case "torchvision": (chosen, reason) = (.torchvision, "--preprocessing torchvision")
    case "caffe": (chosen, reason) = (.caffe, "--preprocessing caffe")
    default:
      throw CommandError("--preprocessing \(preprocessing): expected torchvision, caffe or auto")
    }
    if let mean {
      chosen.mean = try Self.numbers(mean, "--mean")
      if std == nil { chosen.deviation = chosen.mean.map { _ in 1 } }
    }
    if let std { chosen.deviation = try Self.numbers(std, "--std") }
    if let scale { chosen.scale = try Self.ratio(scale, "--scale") }
    if let channels { chosen.channelOrder = try Self.choice(channels, "--channels") }
    if let fit { chosen.fitting = try Self.choice(fit, "--fit") }
    if [mean, std, scale, channels, fit].contains(where: { $0 != nil }) { reason += ", changed by options" }
    guard chosen.mean.count == chosen.deviation.count, chosen.mean.count == model.network.inputShape[0] else {
      throw CommandError(
        "the network has \(model.network.inputShape[0]) input channel(s), but mean has \(chosen.mean.count) and std "
          + "\(chosen.deviation.count) number(s)")
    }
    guard chosen.deviation.allSatisfy({ $0 != 0 }) else { throw CommandError("--std must not be 0") }
    return (chosen, reason)
  }

  private static func extent(_ text: String) throws -> Extent {
    let sides = text.split(separator: "x").map { Int($0) ?? 0 }
    guard (1...2).contains(sides.count), sides.allSatisfy({ $0 > 0 }) else {
      throw CommandError("--size \(text): expected a number of pixels, or height x width such as 224x320")
    }
    return Extent(sides[0], sides.last!)
  }

  private static func numbers(_ text: String, _ option: String) throws -> [Double] {
    try text.split(separator: ",").map { part in
      guard let number = Double(part.trimmingCharacters(in: .whitespaces)), number.isFinite else {
        throw CommandError("\(option) \(text): expected numbers separated by commas")
      }
      return number
    }
  }

  private static func ratio(_ text: String, _ option: String) throws -> Double {
    let parts = text.split(separator: "/").map { Double($0) ?? .nan }
    let value = parts.count == 2 ? parts[0] / parts[1] : parts.first ?? .nan
    guard parts.count <= 2, value.isFinite, value > 0 else {
      throw CommandError("\(option) \(text): expected a positive number such as 1/255")
    }
    return value
  }

  private static func choice<T: RawRepresentable<String> & CaseIterable>(_ text: String, _ option: String) throws -> T {
    guard let value = T(rawValue: text) else {
      throw CommandError("\(option) \(text): expected \(T.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }
}
