import ReportAssets

/// The style sheet and the programs of pages, as markup.
enum PageAssets {
  static let style = HTML(asset: text(report_page_css()))
  static let page = HTML(asset: text(report_page_js()))
  static let index = HTML(asset: text(report_index_js()))

  private static func text(_ asset: report_asset) -> String {
    let bytes = UnsafeRawBufferPointer(start: asset.text, count: asset.length)
    let text = String(decoding: bytes, as: UTF8.self)
    precondition(!text.contains("</"), "an end tag inside would end the element")
    return text
  }
}
