#!/bin/sh
# Feeds every parser that reads what strangers send, each for SECONDS: fuzz.sh SECONDS [TARGET...]
# With 0 for SECONDS they are only built.
# Starts from the seeds in Tests/Fuzz/<target>/corpus. An input that crashes or hangs its target is
# left in .build/fuzz/found, its name and the command that repeats it are printed.
set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:?fuzz.sh SECONDS [TARGET...]}
shift
[ $# -gt 0 ] || set -- $(cd Tests/Fuzz && ls -d */ | tr -d /)

# One product at a time: the others have a main of their own, and libFuzzer brings its own too.
for target in "$@"; do
  ORIEN_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path .build/fuzz \
    --product "fuzz-$target" -Xswiftc -enable-testing || exit 1
done

[ "$seconds" != 0 ] || exit 0

# A trap must reach libFuzzer, which then writes the input, and not the runtime's own reporter.
export SWIFT_BACKTRACE=enable=no
passed=0
failed=0
for target in "$@"; do
  found=.build/fuzz/found/$target
  grown=.build/fuzz/corpus/$target
  mkdir -p "$found" "$grown"
  echo "fuzz-$target: $seconds s"
  if .build/fuzz/release/fuzz-"$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
    -max_len=16384 -print_final_stats=1 -verbosity=1 -artifact_prefix="$found/" \
    "$grown" "Tests/Fuzz/$target/corpus" >"$found/log" 2>&1; then
    grep -E 'stat::number_of_executed_units' "$found/log"
    passed=$((passed + 1))
  else
    tail -n 30 "$found/log"
    echo "FAIL fuzz-$target: repeat with .build/fuzz/release/fuzz-$target <the file named above>"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
