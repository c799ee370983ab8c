import RelevancePropagation
import Scanning

/// The forecast of a scan as JSON.
struct ScanPlanReport: Encodable {
  var identity: ScanIdentity
  var windows: Int
  var windowsAgain: Int
  var masked: Int?
  var flopPerWindow: Int
  var flop: Double
  var batch: Int
  var strips: Int
  var hostBytes: Int
  var deviceBytes: Int
  var diskBytes: Int
  var secondsPerWindow: Double?
  var seconds: Double?

  init(_ setup: ScanSetup, _ forecast: ScanForecast) throws {
    identity = try setup.identity(tile: forecast.tile)
    let plan = forecast.plan
    (windows, windowsAgain, masked) = (plan.windows, plan.windowsAgain, plan.masked)
    (flopPerWindow, flop, batch, strips) = (plan.windowFLOP, plan.flop, plan.batch, plan.strips)
    (hostBytes, deviceBytes) = (plan.hostBytes, forecast.networkBytes + plan.deviceBytes)
    diskBytes = plan.diskBytes
    (secondsPerWindow, seconds) = (forecast.secondsPerWindow, forecast.seconds)
  }
}
