import Foundation
import Testing

/// Headless Chromium: opens pages from the disk, and asks them.
enum Browser {
  static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  static var isThere: Bool { path != nil }
  static let missing: Comment = "Chromium is not installed; make browser installs it"

  private static let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]

  /// What a script finds out about a page, shown in a frame of this size on a page beside it.
  ///
  /// - Parameters:
  ///   - script: JavaScript, the body of an async function of `page` (its window) and `document`; returns texts by name.
  ///   - dark: whether the reader prefers dark pages.
  static func ask(
    _ path: String, width: Int = 1200, height: Int = 900, dark: Bool = false, _ script: String
  ) throws -> [String: String] {
    let folder = (path as NSString).deletingLastPathComponent
    let harness = "\(folder)/harness-\(UUID().uuidString).html"
    defer { try? FileManager.default.removeItem(atPath: harness) }
    let name = (path as NSString).lastPathComponent.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!
    let text = """
      <!DOCTYPE html><meta charset="utf-8"><iframe src="\(name)" style="border:0" width="\(width)" height="\(height)"></iframe>
      <script>
      const frame = document.querySelector("iframe");
      frame.addEventListener("load", async () => {
        const answers = {};
        const page = frame.contentWindow;
        page.addEventListener("error", (event) => { answers.error = event.message; });
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        try {
          Object.assign(answers, await (async (page, document) => { \(script) })(page, page.document));
        } catch (error) { answers.error = String(error); }
        const result = document.createElement("pre");
        result.textContent = "ANS" + "WERS" + btoa(unescape(encodeURIComponent(JSON.stringify(answers)))) + "END";
        document.body.append(result);
      });
      </script>
      """
    try text.write(toFile: harness, atomically: true, encoding: .utf8)
    let command = try Command(
      arguments + [
        "--allow-file-access-from-files", "--virtual-time-budget=20000", "--window-size=1400,1000", "--dump-dom",
        "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)", "file://\(harness)",
      ], program: Self.path)
    let output = command.output
    let start = try #require(output.range(of: "ANSWERS"), "\(command.errors)").upperBound
    let end = try #require(output[start...].range(of: "END")).lowerBound
    let data = try #require(Data(base64Encoded: String(output[start..<end])))
    let answers = try JSONDecoder().decode([String: String].self, from: data)
    if let error = answers["error"] { Issue.record("in the page: \(error)") }
    return answers
  }

  /// A picture of a page.
  static func screenshot(_ path: String, to file: String, width: Int, height: Int) throws {
    let command = try Command(
      arguments + [
        "--virtual-time-budget=5000", "--window-size=\(width),\(height)", "--screenshot=\(file)", "file://\(path)",
      ],
      program: Self.path)
    #expect(FileManager.default.fileExists(atPath: file), "\(command.errors)")
  }

  /// A page on paper.
  static func print(_ path: String, to file: String) throws {
    let command = try Command(
      arguments + ["--virtual-time-budget=5000", "--no-pdf-header-footer", "--print-to-pdf=\(file)", "file://\(path)"],
      program: Self.path)
    #expect(FileManager.default.fileExists(atPath: file), "\(command.errors)")
  }
}
