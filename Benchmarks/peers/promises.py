"""What relprop promises on a two-core machine with AVX-512, beside what was found."""

# Work, peer or peers of which the fastest counts, least ratio of the peer's time to relprop's: accurate, fast.
SPEED = [
    ("forward", "onnxruntime", 1.5, 2.3),
    ("seed", "zennit", 10.5, 12.5),
    ("epsilon_gamma_box", "zennit", 12, 14.5),
    ("seed", ("PyTorch by hand", "by hand, channels_last"), 3.4, 4.1),
    ("seed, batch 8", "zennit", 11, 13.5),
    ("gamma_epsilon", "captum", 3.8, 4.6),
]
TEN_CLASSES = 3.5  # times one class, at most
PEAK_BYTES = 1.5 * 2 ** 30  # batch 1, weights included
ERROR = {"accurate": 1, "fast": 5}  # times zennit's own float32 error, at most


def judge(results):
    """Rows of (what, promised, found, kept) for each precision that ran; kept is a bool."""
    rows = []
    by_name = {row["name"]: row for row in results["comparisons"]}
    for position, precision in enumerate(("accurate", "fast")):
        ours = f"relprop {precision}"
        for work, peers, *least in SPEED:
            seconds = by_name.get(work, {}).get("seconds", {})
            there = [peer for peer in ([peers] if isinstance(peers, str) else peers) if peer in seconds]
            if ours in seconds and there:
                peer = min(there, key=lambda name: seconds[name]["median"])
                ratio = seconds[peer]["median"] / seconds[ours]["median"]
                rows.append((f"{work} against {peer}, {precision}", f"≥ {least[position]:g}×", f"{ratio:.2f}×",
                             ratio >= least[position]))
        for work in ("seed", "epsilon_gamma_box"):
            peak = by_name.get(work, {}).get("peakBytes", {}).get(ours)
            if peak:
                rows.append((f"peak memory, {work}, {precision}", f"≤ {PEAK_BYTES / 2 ** 30:g} GiB",
                             f"{peak / 2 ** 30:.2f} GiB", peak <= PEAK_BYTES))
        for composite, errors in results.get("errors", {}).items():
            if ours in errors:
                limit = ERROR[precision] * errors["zennit float32"]["median"]
                found = errors[ours]["median"]
                rows.append((f"error against float64, {composite}, {precision}", f"≤ {limit:.1e}", f"{found:.1e}",
                             found <= limit))
    if "targets" in results:
        one, ten = (results["targets"][key]["median"] for key in ("1 class", "10 classes"))
        rows.append(("ten classes against one", f"≤ {TEN_CLASSES}×", f"{ten / one:.2f}×", ten / one <= TEN_CLASSES))
    return rows


def lines(rows):
    width = max(len(row[0]) for row in rows)
    yield f"{'':{width}s} {'promised':>12s} {'found':>12s}"
    for what, promised, found, kept in rows:
        yield f"{what:{width}s} {promised:>12s} {found:>12s}  {'pass' if kept else 'FAIL'}"
