#!/bin/sh
# The plain kernels, and the GPU's with their smallest groups, under oclgrind: accesses out of bounds and data races, with
# kernel, work-item and source line. Not the CPU's: they take local memory for global, which only a CPU allows.
#   apt-get install oclgrind; swift build --build-tests; Tests/oclgrind.sh [FILTER]
# Exits 1 where oclgrind has findings, 2 where the tests themselves fail; about 20 seconds. Small cases, because kernels
# are interpreted; one thread, because oclgrind is not safe with more. Not --uninitialized: version 21.10 knows no
# `freeze` instruction, crashes at float16 and calls every vector store uninitialised.
set -u
cd "$(dirname "$0")/.." || exit 2
filter=${1:-HandTests|RuleLayerTests/forward|BatchTests/again|ConservationTests/ledgerCounts|smallest|moments}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
if ! RELPROP_CACHE_DIR="$work/cache" RELPROP_DEVICE=oclgrind RELPROP_KERNEL_FAMILY="${RELPROP_KERNEL_FAMILY:-plain}" \
  oclgrind --data-races --max-errors 50 --log "$work/log" \
  .build/debug/relpropPackageTests.xctest --testing-library swift-testing --no-parallel --filter "$filter" \
  >"$work/tests" 2>&1; then
  tail -n 40 "$work/tests"
  exit 2
fi
tail -n 1 "$work/tests"
if [ -s "$work/log" ]; then
  cat "$work/log"
  exit 1
fi
echo "oclgrind: no findings"
