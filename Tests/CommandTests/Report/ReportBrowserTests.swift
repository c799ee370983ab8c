import Foundation
import Imaging
import Testing

@testable import relprop

/// Reports as a reader meets them, in headless Chromium.
@Suite(.enabled(if: Browser.isThere), .serialized)
struct ReportBrowserTests {
  /// What a script finds out about a page (see `Browser.ask`), which must ask for nothing but itself.
  private func ask(_ path: String, width: Int = 1200, isDark: Bool = false, _ script: String) throws -> [String: String]
  {
    let browser = try Browser(width: width, height: 900, isDark: isDark)
    try browser.load(file: path)
    let answers = try browser.ask(script)
    #expect(browser.exceptions.isEmpty, "\(browser.exceptions)")
    #expect(browser.requestsElsewhere.isEmpty, "\(browser.requestsElsewhere)")
    return answers
  }

  private func page(_ arguments: [String] = ["--composite", "seed,epsilon_plus"]) throws -> (ReportFolder, String) {
    let reports = try ReportFolder(count: 2)
    let command = try reports.report([reports.scenes.images[1]] + arguments)
    #expect(command.status == 0, "\(command.errors)")
    return (reports, reports.folder.file("report.html"))
  }

  @Test(
    "A page fits a phone of 360 pixels and a desk, loads nothing from elsewhere, and all its pictures show",
    arguments: [360, 1200])
  func fits(_ width: Int) throws {
    let (reports, path) = try page()
    let answers = try ask(
      path, width: width,
      """
      await wait(300);
      const root = document.documentElement;
      const images = [...document.images].filter((image) => image.src);
      return {
        wide: String(root.scrollWidth),
        broken: String(images.filter((image) => !image.complete || !image.naturalWidth).length),
        images: String(images.length),
        loaded: page.performance.getEntriesByType("resource").map((entry) => entry.name)
          .filter((name) => !/^(data|blob):/.test(name)).join(" "),
        small: String([...document.querySelectorAll("button, select, input[type=range], .choice label")]
          .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 24).length),
      };
      """)
    #expect(answers["wide"] == "\(width)")
    #expect(answers["broken"] == "0" && answers["images"] == "11", "\(answers)")
    #expect(answers["loaded"] == "")
    #expect(answers["small"] == "0", "targets of fingers are at least 24 pixels high")
    withExtendedLifetime(reports) {}
  }

  @Test("A reader chooses class and method by keys' controls or by pressing a heatmap; all parts follow")
  func choices() throws {
    let (reports, path) = try page()
    let answers = try ask(
      path,
      """
      const one = (selector) => document.querySelector(selector);
      const shown = () => [...document.querySelectorAll("[data-of]")].filter((part) => !part.hidden)
        .map((part) => part.dataset.of).filter((key, place, all) => all.indexOf(key) === place).join(" ");
      const told = [];
      const state = () => shown() + " | " + one("[data-role=heatmap]").alt.split(".")[0];
      const answers = { first: state() };
      const [, second] = document.querySelectorAll("input[data-choice=target]");
      second.click();
      answers.second = state();
      answers.told = one("[role=status]").textContent.split(".")[0];
      document.querySelectorAll("input[data-choice=method]")[1].click();
      answers.third = state();
      one(".pick[data-key='2-0']").click();
      answers.fourth = state();
      answers.pressed = [...document.querySelectorAll(".pick[aria-pressed=true]")].map((pick) => pick.dataset.key).join(" ");
      answers.checked = [...document.querySelectorAll("input:checked")].map((input) => input.value).join(" ");
      const slider = one("input[type=range]");
      slider.value = 30;
      slider.dispatchEvent(new page.Event("input", { bubbles: true }));
      answers.over = page.getComputedStyle(one("[data-role=over]")).opacity;
      answers.output = one("output").textContent;
      const order = [...document.querySelectorAll("a, button, input, select, summary, [tabindex='0']")]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }));
      answers.reachable = String(order.every((element) => { element.focus(); return document.activeElement === element; }));
      return answers;
      """)
    #expect(answers["first"] == "0-0 | Heatmap of castle by seed")
    let second = try #require(answers["second"])
    #expect(second.hasPrefix("1-0 | ") && second.hasSuffix(" by seed") && !second.contains("castle"))
    #expect("1-0 | " + (answers["told"] ?? "") == second, "told to voices")
    #expect(answers["third"]?.hasSuffix(" by epsilon_plus") == true && answers["third"]?.hasPrefix("1-1") == true)
    #expect(answers["fourth"]?.hasPrefix("2-0") == true)
    #expect(answers["pressed"] == "2-0" && answers["checked"] == "2 0")
    #expect(answers["over"] == "0.3" && answers["output"] == "30 %")
    #expect(answers["reachable"] == "true")
    withExtendedLifetime(reports) {}
  }

  @Test("Colours a reader chooses are the map's own, in every picture")
  func colors() throws {
    let (reports, path) = try page(["--classes", "top:1"])
    let answers = try ask(
      path,
      """
      const select = document.querySelector("select[data-role=colors]");
      select.value = "vik";
      select.dispatchEvent(new page.Event("change", { bubbles: true }));
      await wait(300);
      const pixels = (image) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
      };
      const rgb = (data) => data.filter((_, place) => place % 4 < 3).join(" ");
      const over = pixels(document.querySelector("[data-role=over]"));
      return {
        map: rgb(pixels(document.querySelector("img[data-map]"))),
        large: rgb(pixels(document.querySelector("[data-role=heatmap]"))),
        scale: rgb(pixels(document.querySelector(".scale img"))),
        alphas: over.filter((_, place) => place % 4 === 3).join(" "),
      };
      """)
    #expect(try reports.scenes.explain([reports.scenes.images[1]]).status == 0)
    let heatmap = try Heatmap(NumPyArray(path: reports.folder.file("out/1-castle.relevance.npy")).tensor)
    let bound = heatmap.bound(.seed)
    let expected = heatmap.picture(try ColorMap("vik"), bound: bound).pixels.map { "\($0)" }.joined(separator: " ")
    #expect(answers["map"] == expected && answers["large"] == expected)
    let table = try ColorMap("vik").table.flatMap { [$0.red, $0.green, $0.blue] }.map { "\($0)" }.joined(separator: " ")
    #expect(answers["scale"] == table)
    // The overlay's opacity is the root of the strength, as in overlays of relprop explain.
    let alphas = try #require(answers["alphas"]).split(separator: " ").compactMap { Double($0) }
    #expect(alphas.count == heatmap.values.count)
    for (alpha, value) in zip(alphas, heatmap.values) {
      let share = min(abs(Double(value)) / bound, 1)
      // An entry is half a step of 127 off at most.
      let range = 255 * max(share - 0.5 / 127, 0).squareRoot() - 1...255 * min(share + 0.5 / 127, 1).squareRoot() + 1
      #expect(range.contains(alpha))
    }
  }

  @Test("Hostile names run nothing")
  func hostile() throws {
    let reports = try ReportFolder(count: 1)
    let name = "<img src=x onerror=\"parent.hacked=document.hacked=1\">"
    let image = reports.folder.file("in/\(name).png")
    try FileManager.default.moveItem(atPath: reports.scenes.images[0], toPath: image)
    let labels = reports.folder.file("labels.txt")
    let text = (0..<10).map { "</script><script>document.hacked=\($0 + 1)</script>\"'&<b>" }.joined(separator: "\n")
    try text.write(toFile: labels, atomically: true, encoding: .utf8)
    let command = try reports.report([image, "--model", Repository.model, "--labels", labels])
    #expect(command.status == 0, "\(command.errors)")
    let answers = try ask(
      reports.folder.file("report.html"),
      """
      await wait(200);
      return {
        hacked: String(document.hacked ?? page.parent.hacked), scripts: String(document.scripts.length),
        heading: document.querySelector("h1").textContent, label: document.querySelector(".lead strong").textContent,
      };
      """)
    #expect(answers["hacked"] == "undefined" && answers["scripts"] == "2")
    #expect(answers["heading"] == name + ".png")
    #expect(answers["label"]?.hasPrefix("</script><script>document.hacked=") == true)
  }

  @Test("By night texts stand out from what is behind them, in every part", arguments: [false, true])
  func contrast(_ dark: Bool) throws {
    let (reports, path) = try page()
    let answers = try ask(
      path, isDark: dark,
      """
      await wait(300);
      const parse = (color) => color.match(/[\\d.]+/g).map(Number);
      const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
      const ground = (element) => {
        for (; element; element = element.parentElement) {
          const color = parse(page.getComputedStyle(element).backgroundColor);
          if (color.length < 4 || color[3] === 1) return color;
        }
        return [255, 255, 255];
      };
      let [checked, worst, where] = [0, 99, ""];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const element = walk.currentNode.parentElement;
        if (!walk.currentNode.textContent.trim() || !element.checkVisibility() || element.closest("script, style, option, .away")) continue;
        const style = page.getComputedStyle(element);
        const [a, b] = [luminance(parse(element.closest("svg") ? style.fill : style.color)), luminance(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        checked += 1;
        if (ratio < worst) [worst, where] = [ratio, `${element.tagName} ${element.className} ${walk.currentNode.textContent}`];
      }
      return {
        checked: String(checked), worst: String(worst), where,
        scheme: page.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
      };
      """)
    #expect(answers["scheme"] == (dark ? "dark" : "light"))
    #expect(Int(answers["checked"] ?? "")! > 200)
    #expect(Double(answers["worst"] ?? "")! >= 4.5, "\(answers)")
    withExtendedLifetime(reports) {}
  }

  @Test("An index filters by class and words, sorts, and remembers")
  func index() throws {
    let reports = try ReportFolder(count: 10)
    let command = try reports.report([reports.folder.file("in"), "--classes", "top:1"])
    #expect(command.status == 0, "\(command.errors)")
    let browser = try Browser(width: 360)
    try browser.load(file: reports.folder.file("report.html"))
    let answers = try browser.ask(
      """
      await wait(300);
      const form = document.querySelector(".filters");
      const titles = () => [...document.querySelectorAll(".cards li")].filter((item) => !item.hidden)
        .map((item) => item.querySelector(".title").textContent);
      const set = (name, value) => {
        form.elements[name].value = value;
        form.elements[name].dispatchEvent(new page.Event("input", { bubbles: true }));
      };
      const count = () => document.querySelector("[role=status]").textContent;
      const answers = { wide: String(document.documentElement.scrollWidth), all: count() };
      set("class", "castle");
      answers.castles = titles().join(" ") + " | " + count();
      set("class", "");
      set("text", "ZEBRA 9-");
      answers.words = titles().join(" ");
      set("text", "");
      set("order", "score-down");
      const scores = [...document.querySelectorAll(".cards li")].map((item) => Number(item.dataset.score));
      answers.sorted = String(scores.every((score, place) => !place || score <= scores[place - 1]));
      set("order", "name");
      answers.first = titles()[0];
      answers.hash = page.location.hash;
      set("order", "given");
      answers.given = titles().join(" ");
      answers.lazy = String([...document.images].every((image) => image.loading === "lazy"));
      return answers;
      """)
    #expect(answers["wide"] == "360" && answers["all"] == "10 images")
    #expect(answers["castles"] == "1-castle.png | 1 of 10 images", "\(answers)")
    #expect(answers["words"] == "9-zebra.png")
    #expect(answers["sorted"] == "true" && answers["first"] == "0-airliner.png" && answers["hash"] == "#order=name")
    #expect(
      answers["given"]
        == reports.scenes.images.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: " "))
    #expect(answers["lazy"] == "true")

    try browser.evaluate("document.querySelector('.card').click()")
    var title = ""
    for _ in 0..<100 where !title.contains("airliner") {
      usleep(50_000)
      title = (try? browser.evaluate("document.querySelector('h1').textContent").string) ?? ""
    }
    #expect(title == "0-airliner.png", "a card leads to its image's page")
    #expect(browser.exceptions.isEmpty, "\(browser.exceptions)")
    #expect(browser.requestsElsewhere.isEmpty, "\(browser.requestsElsewhere)")
  }

  @Test("A page is a picture on a screen, and paper has it without its controls")
  func pictures() throws {
    let (reports, path) = try page(["--classes", "top:1"])
    let browser = try Browser(width: 1000, height: 1400)
    try browser.load(file: path)
    let shot = try browser.screenshot()
    #expect(shot.width == 1000 && shot.height == 1400)
    let pixels = shot.pixels
    let colors = Set(stride(from: 0, to: pixels.count, by: 3).map { [pixels[$0], pixels[$0 + 1], pixels[$0 + 2]] })
    #expect(colors.count > 500, "photograph and heatmap are there: \(colors.count) colours")
    let paper = try browser.paper()
    #expect(paper.starts(with: Data("%PDF".utf8)) && paper.count > 20_000)
    if let folder = ProcessInfo.processInfo.environment["RELPROP_SCREENSHOTS"] {
      try Picture(shot).write(to: folder + "/report.png")
      try paper.write(to: URL(fileURLWithPath: folder + "/report.pdf"))
    }
    withExtendedLifetime(reports) {}
  }
}
