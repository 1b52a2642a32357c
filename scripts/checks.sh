# Sourced by `lint` and `test`: the checks, each a step. A check is written "name: function".

# The browser's half of the crate.
wasm_flags="--target $wasm_target --no-default-features --features web"

fmt() { cargo fmt --check; }
clippy() { cargo clippy --all-targets -- -D warnings; }
clippy_wasm() {
  local toolchain
  toolchain=$(wasm_toolchain) || fail "no toolchain has the wasm32 target; run scripts/setup"
  if cargo $toolchain clippy --version; then
    cargo $toolchain clippy $wasm_flags --all-targets -- -D warnings
    cargo $toolchain clippy ${wasm_flags/web/web-explore} --lib -- -D warnings
    ! has_program_target || cargo clippy --target $program_target --bin vicino -- -D warnings
  else
    note "this toolchain has no clippy: compiler warnings only"
    export RUSTFLAGS="-D warnings"
    cargo $toolchain check $wasm_flags --all-targets --target-dir target/wasm-check
    cargo $toolchain check ${wasm_flags/web/web-explore} --lib --target-dir target/wasm-check
  fi
}
# Also finds broken links in doc comments. Examples in them run with the Rust tests.
rust_docs() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps; }
# Licences, versions and sources of the crates that are built in, and of those that build them.
dependencies() {
  local lock
  has cargo-deny || fail "cargo-deny is missing; 'scripts/setup --tests' installs it"
  for lock in Cargo.toml tools/bind/Cargo.toml; do
    # Those of other platforms, too.
    cargo fetch --locked --manifest-path $lock
  done
  cargo deny --offline --workspace check licenses bans sources
  cargo deny --offline --config deny.toml --manifest-path tools/bind/Cargo.toml check -A license-not-encountered \
    licenses bans sources
}
# Every package from elsewhere has a checksum in its lock file.
lock_files() {
  node scripts/locks.mjs || fail "a package has no checksum in its lock file; see the log below"
  note "$(node scripts/locks.mjs)"
}
biome() { npx --no-install biome ci --colors=off; }
# First sentences of doc comments.
doc_comments() { node scripts/doc-comments.mjs; }
# The package's types come from its build; the shop sees the package by its public name, so types come after.
types() { npm run typecheck --workspaces --if-present; }

rust_tests() {
  local log=target/rust-tests.log
  mkdir -p target
  # The examples in doc comments and in README.md are among them.
  cargo test 2>&1 | tee $log
  [ "${PIPESTATUS[0]}" = 0 ] || exit 1
  note "$(awk '/^test result:/ { n += $4 } END { print n + 0 }' $log) tests"
}
# Ten seconds for each target, with the same random numbers every time.
fuzzing() {
  mkdir -p target
  scripts/fuzz --seconds 10 2>&1 | tee target/fuzzing.log
  [ "${PIPESTATUS[0]}" = 0 ] ||
    fail "a target found something, or fuzz/ did not compile; see the log below, and CONTRIBUTING.md for what to do"
  note "$(tail -n 1 target/fuzzing.log)"
}
# The figures in the documents are not much older than the code that they measure.
figures() {
  node scripts/figures.mjs || fail "figures must be measured again; see the log below"
  note "$(node scripts/figures.mjs | tail -n 1)"
}
# What is published says nothing of the machine that built it, so that another one makes the same bytes; `npm run release`
# builds it a second time.
no_paths() {
  local file path
  for file in js/wasm/vicino_bg.wasm packages/cli-wasm/vicino.wasm; do
    [ -e $file ] || continue
    for path in "$root" "${CARGO_HOME:-$HOME/.cargo}" "$(rustc --print sysroot)"; do
      ! grep -aqF "$path/" $file || fail "$file holds the path $path"
    done
  done
}
package_tests() { npm test -w vicino; }
size() {
  scripts/size || fail "over the budget, or nothing built; see the log below"
  note "$(scripts/size | awk '/^total/ { print $3 }') bytes gzip"
}
# wasm_tests BROWSER...: the crate's tests in a browser, by the flags of wasm-pack that say which.
wasm_tests() {
  local toolchain
  toolchain=$(wasm_toolchain) || fail "no toolchain has the wasm32 target; run scripts/setup"
  # wasm-pack calls a plain `cargo`; this says which toolchain that is.
  [ -z "$toolchain" ] || export RUSTUP_TOOLCHAIN=${toolchain#+}
  wasm-pack test --headless "$@" --no-default-features --features web
}
chromium_tests() { wasm_tests --chrome --chromedriver "$(chromedriver_path)"; }
firefox_tests() {
  has_firefox || fail "Firefox or geckodriver is missing; 'scripts/setup --tests' installs them or says how"
  mkdir -p target
  printf '{ "moz:firefoxOptions": { "binary": "%s" } }\n' "$(firefox_path)" >target/webdriver.firefox.json
  export WASM_BINDGEN_TEST_WEBDRIVER_JSON=$root/target/webdriver.firefox.json
  wasm_tests --firefox --geckodriver "$(geckodriver_path)"
}
three_engines() {
  local missing= log=target/three-engines.log
  has_firefox || missing="Firefox or geckodriver"
  has_webkit || missing="${missing:+$missing, and }WebKitWebDriver, MiniBrowser or Xvfb"
  [ -z "$missing" ] || fail "missing: $missing; 'scripts/setup --tests' installs them or says how"
  mkdir -p target
  npm run engines 2>&1 | tee $log
  [ "${PIPESTATUS[0]}" = 0 ] || exit 1
  note "$(awk '/^# pass / { print $3 }' $log) tests"
}
browser_storage() { npm run browser; }
parity() { npm run parity; }
packaging() { npm run packaging; }
shop() { scripts/build; }
# Runs the commands of docs/guide/ and compares what they print.
guide() {
  scripts/guide || fail "a command of docs/guide/ or what it prints has changed; see the log below"
}
# The rules of cleaning and the metrics against implementations that share no code with the command; and the recipes of
# docs/guide/1-collect.md for databases.
independent() {
  local vicino=target/release/vicino
  [ -x $vicino ] || fail "no $vicino; run scripts/build"
  cmp -s tests/independent/requirements.txt "$independent_env/installed.txt" ||
    absent "not checked, because its Python packages are missing; 'scripts/setup --tests' installs them or says how"
  "$independent_env/bin/python" tests/independent/made_up.py $vicino
  "$independent_env/bin/python" tests/independent/metrics.py $vicino
  "$independent_env/bin/python" tests/independent/recipes.py $vicino
}
# Memory and processor time of the command on files that ask for as much as they can.
limits() {
  local vicino=target/release/vicino
  [ -x $vicino ] || fail "no $vicino; run scripts/build"
  cmp -s tests/independent/requirements.txt "$independent_env/installed.txt" ||
    absent "not checked, because pyarrow is missing; 'scripts/setup --tests' installs it or says how"
  "$independent_env/bin/python" tests/limits/limits.py $vicino | tee target/limits.log
  [ "${PIPESTATUS[0]}" = 0 ] || exit 1
  node tests/limits/model.mjs $vicino | tee -a target/limits.log
  [ "${PIPESTATUS[0]}" = 0 ] || exit 1
  note "$(grep '^[0-9].* at most' target/limits.log | paste -sd ';' | sed 's/;/; /')"
}
# Builds the Python package around the command that is built, and runs the notebook of docs/install.md with its wheel.
wheel() {
  local vicino=target/release/vicino
  [ -x $vicino ] || fail "no $vicino; run scripts/build"
  cmp -s tests/independent/requirements.txt "$independent_env/installed.txt" ||
    absent "not checked, because maturin is missing; 'scripts/setup --tests' installs it or says how"
  "$independent_env/bin/python" tests/packaging/wheel.py $vicino
}
# Makes every system call of writing fail, and kills the command at each.
faults() {
  has strace || absent "not checked, because strace is missing; 'scripts/setup --tests' installs it or says how"
  strace -o /dev/null true || absent "not checked, because this machine lets nobody trace programs"
  npm run faults
}
# Every bench on a few made-up events, by the command of the Rust tests.
benches() {
  cmp -s tests/independent/requirements.txt "$independent_env/installed.txt" ||
    absent "not run, because Python packages are missing; 'scripts/setup --tests' installs them or says how"
  npm run --silent bench:quick
}
e2e() { npm run e2e; }
# Compares docs/api.md with the types it is made of.
api_reference() { scripts/api-docs --check || fail "docs/api.md is out of date; run scripts/api-docs"; }

lint_checks=("rustfmt: fmt" "clippy: clippy" "clippy for wasm: clippy_wasm" "Rust documentation: rust_docs"
  "lock files: lock_files" "dependencies: dependencies" "Biome: biome" "doc comments: doc_comments" "age of figures: figures")
test_checks=(
  "${lint_checks[@]}"
  "Rust tests: rust_tests"
  "fuzzing: fuzzing"
  "shop built: shop"
  "guide: guide"
  "independent rules and metrics: independent"
  "faults of writing: faults"
  "limits of memory and time: limits"
  "types: types"
  "API reference: api_reference"
  "package tests: package_tests"
  "size budget: size"
  "modules without paths: no_paths"
  "browser tests in Chromium: chromium_tests"
  "browser tests in Firefox: firefox_tests"
  "browser storage: browser_storage"
  "parity of native and wasm: parity"
  "packaging: packaging"
  "Python package: wheel"
  "benches: benches"
  "end to end: e2e"
  "three engines: three_engines"
)

num_passed=0
run_check() {
  step "${1%: *}" "${1##*: }"
  num_passed=$((num_passed + 1))
}
