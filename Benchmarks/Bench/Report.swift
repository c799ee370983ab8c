import Compute
import Foundation
import RelevancePropagation

/// Results of one benchmark with everything that is needed to compare them with another's.
struct Report<Row: Encodable>: Encodable {
  var benchmark: String
  /// `git describe` of the folder it is run in; "+" behind it: with changes.
  var commit: String
  var date: String
  var device: String
  var platform: String
  var driver: String
  var threads: Int
  /// Family asked for; nil: the device's.
  var kernels: String?
  var quick: Bool
  var network: String
  var peak: Peak?
  var rows: [Row]

  init(
    _ benchmark: String, _ options: BenchmarkOptions, device: Device, network: String, peak: Peak? = nil, rows: [Row]
  ) {
    self.benchmark = benchmark
    commit = Checkout.commit()
    date = Date.now.formatted(.iso8601)
    self.device = device.name
    platform = "\(device.platform), \(device.platformVersion)"
    driver = device.driverVersion
    threads = device.kind == .cpu ? options.threads ?? device.computeUnits : device.computeUnits
    kernels = options.kernels
    quick = options.quick
    self.network = network
    self.peak = peak
    self.rows = rows
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}
