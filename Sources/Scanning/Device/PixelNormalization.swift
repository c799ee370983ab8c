import RelevancePropagation

/// How pixels become numbers of the network's input: by table, because a level has 256 values.
///
/// The table is computed as `Preprocessor` computes each pixel, so that both give the same bits.
public struct PixelNormalization: Sendable {
  /// How bytes are read; nil where sources give the network's input itself.
  let bytes: Bytes?
  /// x of a black pixel, per channel: what continues the image beyond its border.
  let low: [Float]

  struct Bytes: Sendable {
    /// x of every level, `[C, 256]`.
    let table: [Float]
    let order: Preprocessing.ChannelOrder
  }

  /// Bytes RGB as photographs have them.
  public init(_ preprocessing: Preprocessing) {
    bytes = Bytes(
      table: (0..<preprocessing.channelCount).flatMap { channel in
        (0..<256).map { preprocessing.value(of: Double($0), channel: channel) }
      }, order: preprocessing.channelOrder)
    low = preprocessing.low
  }

  /// For sources that give planes alone, numbers as the network reads them; `low` is its black, per channel.
  public init(planesWithLow low: [Float]) {
    bytes = nil
    self.low = low
  }

  /// - Throws: `ScanError` where the network reads another number of channels.
  func check(channels: Int) throws {
    guard low.count == channels else {
      throw ScanError(
        "the network reads \(channels) channel(s), the preprocessing makes \(low.count); state another one")
    }
  }
}

extension Preprocessing.ChannelOrder {
  /// As windows/cut.cl takes it.
  var onDevice: Int32 {
    switch self {
    case .rgb: 0
    case .bgr: 1
    case .grey: 2
    }
  }
}
