#!/bin/bash
# Shards on a real Slurm: an array of four tasks on two virtual nodes makes the map that one process makes, to the byte; so
# does one whose tasks are killed and requeued.
#
#   Tests/Slurm/run.sh [FOLDER]     needs root and Debian's slurm-wlm; about two minutes
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
work=$(mktemp -d)
relprop=${RELPROP:-$root/.build/debug/relprop}
for program in slurmctld slurmd sbatch; do
  command -v $program >/dev/null || { echo "skipped: no $program (apt-get install slurm-wlm)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: slurmd needs root"; exit 0; }
[ -x "$relprop" ] || { echo "no $relprop; build it first" >&2; exit 1; }
trap 'rm -rf "$work"' EXIT

source "$here/cluster.sh" "$work/cluster"
trap 'kill $daemons 2>/dev/null; wait $daemons 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export MODEL=$root/Models/demo/vgg16-scenes.safetensors RELPROP=$relprop
"$relprop" scenes --mosaic 1300x700 --seed 5 --output mosaic.tif >/dev/null
export IMAGE=$work/mosaic.tif
arguments=(--stride 48 --edges flush --combine sum)

"$relprop" scan "$IMAGE" --model "$MODEL" --output one.zarr "${arguments[@]}" --progress none >one.txt

submit() {  # OUTPUT ARRAY [options of sbatch]
  OUTPUT=$work/$1 sbatch --parsable --array="$2" --export=ALL --output "$work/$1.%a.txt" "${@:3}" \
    "$root/Documentation/Cluster/scan.sbatch" "${arguments[@]}"
}
wait_for() {  # JOB: until none of its tasks is left
  for _ in $(seq 300); do
    [ -z "$(squeue -h -j "$1" 2>/dev/null)" ] && return
    sleep 1
  done
  echo "job $1 does not end:" >&2; squeue >&2; tail -n 20 "$work"/*.txt >&2; exit 1
}
compare() {  # every file but the marks of who did what when; the attributes but for the map's name
  diff -r --exclude .scan --exclude .zattrs one.zarr "$1" &&
    diff <(sed 's/"one"/"map"/' one.zarr/.zattrs) <(sed "s/\"${1%.zarr}\"/\"map\"/" "$1/.zattrs") ||
    { echo "$1 differs from what one process makes" >&2; exit 1; }
}

job=$(submit four.zarr 0-3)
wait_for "$job"
"$relprop" finish four.zarr >/dev/null || { cat "$work"/four.zarr.*.txt >&2; exit 1; }
compare four.zarr
echo "four shards on two nodes: the same bytes as one process"

# One task is killed in the middle of its work, as a node that fails would, and begins again.
# Kills a task of the job, whose number it leaves in $task; fails where all of them ended first.
kill_a_task() {
  local victim
  for _ in $(seq 6000); do
    # A task that ends while it is looked at is not the one.
    for victim in $(pgrep -f "scan $IMAGE .*killed.zarr"); do
      ls killed.zarr/.scan/strips/*.done >/dev/null 2>&1 || continue
      task=$({ tr '\0' '\n' < "/proc/$victim/environ"; } 2>/dev/null | sed -n 's/^SLURM_ARRAY_TASK_ID=//p') || continue
      [ -n "$task" ] && kill -9 "$victim" 2>/dev/null && return 0
    done
    [ -n "$(squeue -h -j "$1" 2>/dev/null)" ] || return 1
    sleep 0.01
  done
  return 1
}

for try in 1 2 3; do
  rm -rf killed.zarr
  job=$(submit killed.zarr 0-3)
  kill_a_task "$job" && break
  [ "$try" != 3 ] || { echo "no task could be killed in the middle of its work" >&2; exit 1; }
  wait_for "$job"
done
scontrol requeue "${job}_$task" 2>/dev/null || true
for _ in $(seq 30); do  # Slurm holds a requeued task back for two minutes
  scontrol update JobId="${job}_$task" StartTime=now 2>/dev/null && break
  sleep 1
done
wait_for "$job"
missing=$("$relprop" status killed.zarr --shards 4 | sed -n 's/.*--array=\([0-9,]*\).*/\1/p' || true)
if [ -n "$missing" ]; then
  # What is missing is made by the tasks that status names, alone.
  wait_for "$(SHARDS=4 submit killed.zarr "$missing")"
fi
"$relprop" finish killed.zarr >/dev/null
compare killed.zarr
echo "a task killed with kill -9 and begun again (task $task; missing then: ${missing:-none}): the same bytes"

# Two tasks for the same shard: one is refused, nothing changes.
"$relprop" scan "$IMAGE" --model "$MODEL" --output twice.zarr "${arguments[@]}" --shard 0/2 --progress none >/dev/null &
"$relprop" scan "$IMAGE" --model "$MODEL" --output twice.zarr "${arguments[@]}" --shard 0/2 --progress none >/dev/null 2>&1 || true
wait $! || true
# Whichever was refused; the shard is done, or is done now.
"$relprop" scan "$IMAGE" --model "$MODEL" --output twice.zarr "${arguments[@]}" --shard 0/2 --progress none >/dev/null
"$relprop" finish twice.zarr >/dev/null 2>&1 && { echo "finish accepted half a map" >&2; exit 1; }
"$relprop" scan "$IMAGE" --model "$MODEL" --output twice.zarr "${arguments[@]}" --shard 1/2 --progress none >/dev/null
"$relprop" finish twice.zarr >/dev/null
compare twice.zarr
echo "the same shard twice at once: the same bytes"
