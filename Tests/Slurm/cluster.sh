#!/bin/bash
# A Slurm cluster of two virtual nodes on this machine, in a folder of its own, without daemons of the system.
#
#   source cluster.sh FOLDER   starts it; sbatch, squeue … of this shell then speak to it; it ends with the shell
#
# Needs Debian's slurm-wlm (slurmctld, slurmd, slurm-client), and root, because slurmd starts jobs.

cluster=$(realpath "$1")
mkdir -p "$cluster"/{state,log,spool1,spool2}
export SLURM_CONF=$cluster/slurm.conf
host=$(hostname)
# Ports of this shell's own, so that two clusters may run side by side.
port=$((20000 + $$ % 20000))
cat > "$SLURM_CONF" <<END
ClusterName=relprop
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmctldLogFile=$cluster/log/slurmctld
SlurmdLogFile=$cluster/log/slurmd.%n
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1,batch_sched_delay=0
KillWait=5
NodeName=1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 RealMemory=2000
NodeName=2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 RealMemory=2000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
slurmctld -D > "$cluster/log/slurmctld.out" 2>&1 &
daemons=$!
for node in 1 2; do
  slurmd -D -N $node > "$cluster/log/slurmd.$node.out" 2>&1 &
  daemons+=" $!"
done
trap 'kill $daemons 2>/dev/null; wait $daemons 2>/dev/null' EXIT

for _ in $(seq 60); do
  [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c '^idle')" = 2 ] && break
  sleep 0.5
done
if [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c '^idle')" != 2 ]; then
  echo "the Slurm cluster in $cluster did not start:" >&2
  tail -n 5 "$cluster"/log/* >&2
  exit 1
fi
