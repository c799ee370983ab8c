import Foundation
import Imaging
import OMEZarr

/// A page in Chromium without a window, told what to do through its debugging pipe (DevTools protocol).
final class Browser {
  private static let programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  static let program = programs.first { FileManager.default.isExecutableFile(atPath: $0) }
  static var isThere: Bool {
    if program == nil { print("no chromium here (apt-get install chromium); the page is not tested in a browser") }
    return program != nil
  }

  static let width = 1280
  static let height = 860

  private let process = Process()
  private let folder: TemporaryFolder
  private let (commands, answers): (Int32, Int32)
  private var received: [UInt8] = []
  private var number = 0
  private var session: String?
  /// Addresses of everything the page asked for.
  private(set) var requests: [String] = []
  /// Those of them that were neither on the disk nor in the page itself.
  var requestsElsewhere: [String] {
    requests.filter { request in !["file:", "data:", "blob:"].contains { request.hasPrefix($0) } }
  }
  /// What its scripts threw and nobody caught.
  private(set) var exceptions: [String] = []

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameter isDark: whether the reader prefers dark pages.
  init(width: Int = Browser.width, height: Int = Browser.height, isDark: Bool = false) throws {
    folder = try TemporaryFolder()
    // The pipe's ends are descriptors 3 and 4 of the browser, which only a shell can hand on.
    let (input, output) = (folder.file("in"), folder.file("out"))
    guard mkfifo(input, 0o600) == 0, mkfifo(output, 0o600) == 0 else { throw Failure(description: "no pipes") }
    commands = open(input, O_RDWR | O_CLOEXEC)
    answers = open(output, O_RDWR | O_CLOEXEC)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "exec \"$0\" \"$@\" 3<'\(input)' 4>'\(output)' 2>/dev/null", Self.program!, "--headless", "--no-sandbox",
      "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe",
      "--user-data-dir=\(folder.file("profile"))", "about:blank",
    ]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let target = try send("Target.createTarget", ["url": "about:blank"])["targetId"]
    session = try send("Target.attachToTarget", ["targetId": target ?? .null, "flatten": true])["sessionId"]?.string
    try send("Network.enable")
    try send("Page.enable")
    try send("Runtime.enable")
    try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": .integer(width), "height": .integer(height), "deviceScaleFactor": 1, "mobile": false])
    try send(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": .string(isDark ? "dark" : "light")]]])
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    close(commands)
    close(answers)
  }

  /// Opens a file and waits until it is loaded.
  func load(file path: String) throws {
    try send("Page.navigate", ["url": .string(URL(fileURLWithPath: path).absoluteString)])
    try waitUntilLoaded()
  }

  func waitUntilLoaded() throws {
    try evaluate(
      """
      new Promise(end => document.readyState === "complete" ? end() : addEventListener("load", () => end()))
      """)
  }

  /// The body of an async function with `document`, `page` (the window) and `wait(ms)`; it returns texts by name.
  func ask(_ script: String) throws -> [String: String] {
    let answers = try evaluate(
      """
      (async (page, document) => {
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        \(script)
      })(window, document)
      """)
    guard let texts = answers.object else { throw Failure(description: "no answers: \(answers.text)") }
    return texts.compactMapValues(\.string)
  }

  /// The page on paper: a PDF.
  func paper() throws -> Data {
    let text = try send("Page.printToPDF", ["printBackground": false, "preferCSSPageSize": true])["data"]?.string ?? ""
    return Data(base64Encoded: text) ?? Data()
  }

  /// Opens a file and waits until the page says that all tiles are there.
  func show(file path: String) throws {
    try send("Page.navigate", ["url": .string(URL(fileURLWithPath: path).absoluteString)])
    try waitUntilReady()
  }

  func waitUntilReady() throws {
    for _ in 0..<600 {
      // Two frames on nothing is left to be drawn for what was done before.
      let state = try evaluate(
        """
        new Promise(end => requestAnimationFrame(() => requestAnimationFrame(() => end(document.documentElement.dataset.state))))
        """)
      if state == "ready" { return }
      usleep(50_000)
    }
    throw Failure(description: "the page is not ready after half a minute")
  }

  /// What a line of JavaScript gives.
  @discardableResult
  func evaluate(_ script: String) throws -> JSONValue {
    let result = try send(
      "Runtime.evaluate", ["expression": .string(script), "returnByValue": true, "awaitPromise": true])
    if let exception = result["exceptionDetails"] { throw Failure(description: "\(script): \(exception.text)") }
    return result["result"]?["value"] ?? .null
  }

  func screenshot() throws -> Photograph {
    let text = try send("Page.captureScreenshot", ["format": "png"])["data"]?.string ?? ""
    let path = folder.file("screenshot.png")
    try Data(base64Encoded: text)?.write(to: URL(fileURLWithPath: path))
    return try Photograph(path: path)
  }

  func mouse(_ type: String, _ x: Double, _ y: Double, _ more: [String: JSONValue] = [:]) throws {
    let event: [String: JSONValue] = [
      "type": .string(type), "x": .number(x), "y": .number(y), "button": "left",
      "buttons": type == "mouseReleased" ? 0 : 1, "clickCount": 1,
    ]
    try send("Input.dispatchMouseEvent", .object(event.merging(more) { $1 }))
  }

  /// Presses, moves in a few steps, lets go.
  func drag(from: (x: Double, y: Double), to: (x: Double, y: Double)) throws {
    try mouse("mousePressed", from.x, from.y)
    for step in 1...5 {
      let share = Double(step) / 5
      try mouse("mouseMoved", from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share)
    }
    try mouse("mouseReleased", to.x, to.y)
  }

  func wheel(_ x: Double, _ y: Double, by delta: Double) throws {
    try mouse("mouseWheel", x, y, ["deltaX": 0, "deltaY": .number(delta), "button": "none", "buttons": 0])
  }

  func key(_ key: String) throws {
    let text: [String: JSONValue] = key.count == 1 ? ["text": .string(key)] : [:]
    try send("Input.dispatchKeyEvent", .object(text.merging(["type": "keyDown", "key": .string(key)]) { $1 }))
    try send("Input.dispatchKeyEvent", ["type": "keyUp", "key": .string(key)])
  }

  /// Fingers on the screen: none lets go.
  func touch(_ type: String, _ points: [(x: Double, y: Double)]) throws {
    let points = points.enumerated().map {
      JSONValue.object(["x": .number($1.x), "y": .number($1.y), "id": .integer($0)])
    }
    try send("Input.dispatchTouchEvent", ["type": .string(type), "touchPoints": .array(points)])
  }

  // MARK: The pipe

  @discardableResult
  private func send(_ method: String, _ parameters: JSONValue = [:]) throws -> JSONValue {
    number += 1
    var message: [String: JSONValue] = ["id": .integer(number), "method": .string(method), "params": parameters]
    if let session { message["sessionId"] = .string(session) }
    // Messages end with a zero byte.
    let bytes = try Array(JSONEncoder().encode(JSONValue.object(message))) + [0]
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(commands, $0.baseAddress!, $0.count) }
      guard count > 0 else { throw Failure(description: "\(method): the browser takes nothing") }
      sent += count
    }
    while true {
      let answer = try receive(method)
      if answer["id"]?.integer == number {
        if let error = answer["error"] { throw Failure(description: "\(method): \(error.text)") }
        return answer["result"] ?? .null
      }
      if answer["method"] == "Network.requestWillBeSent", let url = answer["params"]?["request"]?["url"]?.string {
        requests.append(url)
      }
      if answer["method"] == "Runtime.exceptionThrown" {
        exceptions.append(answer["params"]?["exceptionDetails"]?.text ?? "an exception")
      }
    }
  }

  private func receive(_ method: String) throws -> JSONValue {
    while true {
      if let end = received.firstIndex(of: 0) {
        let message = Data(received[..<end])
        received.removeSubrange(...end)
        return try JSONDecoder().decode(JSONValue.self, from: message)
      }
      var waiting = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 60_000) == 1 else { throw Failure(description: "\(method): no answer in a minute") }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(answers, &buffer, buffer.count)
      guard count > 0 else { throw Failure(description: "\(method): the browser has gone") }
      received += buffer[..<count]
    }
  }
}
