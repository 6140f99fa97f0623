"""Runs the text of an extract on Apache Spark: a driver and two workers, each a process of its own.

extract.py TEXT [TEXT...]; with --local one process does all. Prints how many seconds each text took, and on Linux what
the engine's processes did meanwhile: bytes read, from files and from one another, and seconds of the processors.
"""

import os
import sys
import time

from pyspark.sql import SparkSession


def statements(path):
    """The statements of a text, as spark-sql reads them: comments are whole lines, and a semicolon ends a line."""
    with open(path, encoding="utf-8") as file:
        text = "".join(line for line in file if not line.startswith("--"))
    return [s.strip().rstrip(";") for s in text.split(";\n") if s.strip()]


def work_done():
    """Bytes and processor seconds of the processes begun by this one so far. Spark's own count leaves out what it reads in the background."""
    parents, read, ticks = {}, {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            parents[int(pid)], ticks[int(pid)] = int(fields[1]), int(fields[11]) + int(fields[12])
            with open(f"/proc/{pid}/io", encoding="utf-8") as file:
                read[int(pid)] = int(file.readline().split()[1])
        except OSError:
            continue  # it has ended
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    ours -= {os.getpid()}
    return sum(read.get(pid, 0) for pid in ours), sum(ticks.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")


def main(arguments):
    local = "--local" in arguments
    paths = [a for a in arguments if a != "--local"]
    spark = (
        SparkSession.builder.master("local[2]" if local else "local-cluster[2,1,1024]")
        .appName("extract")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.default.parallelism", "4")
        # Files of a test are many and small; otherwise each would be a task of its own.
        .config("spark.sql.files.openCostInBytes", "65536")
        # A test's folders are many; otherwise finding their files would be a job of a task for each, for every view anew.
        .config("spark.sql.sources.parallelPartitionDiscovery.threshold", "100000")
        .config("spark.executor.memory", "1024m")
        # On a machine with much other work a process may be silent for minutes without being lost.
        .config("spark.network.timeout", "1200s")
        .config("spark.executor.heartbeatInterval", "60s")
        .config("spark.worker.timeout", "1200")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    before = work_done()
    for path in paths:
        began = time.monotonic()
        session = spark.newSession()  # its views are its own
        for statement in statements(path):
            session.sql(statement)
        spark.catalog.clearCache()
        print(f"{path}: {time.monotonic() - began:.1f} s on Spark {spark.version}", flush=True)
    after = work_done()
    print("read", after[0] - before[0])
    print(f"processor {after[1] - before[1]:.1f}")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
