# Sourced by the scripts beside it: named steps, the toolchain that can build
# for wasm32, and where the browser is. Changes no settings of the caller.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache="${VICINO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vicino}"
wasm_target=wasm32-unknown-unknown
# The command for Node and browsers: with a file system and threads.
program_target=wasm32-wasip1-threads
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

# Binds modules to JavaScript.
binder=$root/target/bind/release/bind
build_binder() {
  env -u RUSTFLAGS -u CARGO_TARGET_DIR cargo build --release --locked --manifest-path "$root/tools/bind/Cargo.toml" \
    --target-dir "$root/target/bind"
}

has() { command -v "$1" >/dev/null 2>&1; }

# True where apt may be used: Debian or Ubuntu, as root.
can_apt() { [ -e /etc/debian_version ] && has apt-get && [ "$(id -u)" = 0 ]; }

apt_install() {
  apt-get update || echo "apt-get update failed; trying with the lists there are"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The Python that tests/independent runs with, in an environment of its own.
independent_env="$cache/independent-venv"

# step NAME FUNCTION [ARG...]: runs the function with its output in a log and
# prints one line, `✓ NAME (note, 3 s)`. A failed step prints why, what to do
# and the end of the log, and ends the script with 1. One that calls `absent`
# says so with `–`, and the script goes on.
step() {
  # Underscores: bash lets the function that is run see these.
  local _name=$1 _dir _rc _note _start=$SECONDS _took
  shift
  _dir=$(mktemp -d)
  [ -t 1 ] && printf '… %s\r' "$_name"
  # A plain call (not `if f`), because bash ignores `set -e` inside a condition.
  ( set -e; export NO_COLOR=1; "$@" ) 3>"$_dir/note" >"$_dir/log" 2>&1 </dev/null
  _rc=$?
  _took=$((SECONDS - _start))
  _note=$(tail -n 1 "$_dir/note")
  [ -t 1 ] && printf '\033[K'
  if [ -e "$_dir/absent" ]; then
    echo "– $_name: $_note (log: $_dir/log)"
    return
  fi >&2
  if [ $_rc -ne 0 ]; then
    echo "✗ $_name: ${_note:-failed with exit code $_rc}"
    echo "  after $_took s; the end of its log, all of it in $_dir/log:"
    tail -n "${VICINO_LOG_LINES:-40}" "$_dir/log" | sed 's/^/    /'
    exit 1
  fi >&2
  [ $_took -ge 2 ] && _note="${_note:+$_note, }$_took s"
  echo "✓ $_name${_note:+ ($_note)}"
  rm -rf "$_dir"
}

# Inside a step: what the line says in brackets.
note() { echo "$*" >&3; }

# Inside a step: ends it, saying what happened and what to do.
fail() { echo "$*" >&3; exit 1; }

# Inside a step: ends it, saying what cannot be had here and how to get it.
absent() { : >"$_dir/absent"; fail "$@"; }

# Prints the compiler's flags that leave the paths of this machine out of what is published, so that another one makes the
# same bytes: those of the repository, of crates and of the toolchain (`+name` or nothing).
without_paths() {
  echo "--remap-path-prefix=$root=/vicino --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
    "--remap-path-prefix=$(rustc $1 --print sysroot)=/rust"
}

# Prints the folder of the wasm32 libraries of a toolchain (`+name` or nothing).
wasm_libs() {
  local sysroot
  sysroot=$(rustc $1 --print sysroot 2>/dev/null) || return 1
  echo "$sysroot/lib/rustlib/$wasm_target/lib"
}

# True if a toolchain (`+name` or nothing) has std and test for wasm32.
has_wasm() {
  local libs
  libs=$(wasm_libs $1) && compgen -G "$libs/libstd-*.rlib" >/dev/null &&
    compgen -G "$libs/libtest-*.rlib" >/dev/null
}

# True if a toolchain has the source of std, which the small build compiles anew.
has_std_source() {
  local sysroot
  sysroot=$(rustc $1 --print sysroot 2>/dev/null) && [ -e "$sysroot/lib/rustlib/src/rust/library/std/Cargo.toml" ]
}

# Prints the toolchain argument that builds for wasm32: nothing, or `+debian`.
# Fails if there is none.
wasm_toolchain() {
  has_wasm "" && return
  has rustup && has_wasm +debian && echo +debian
}

# True if the default toolchain has std for the command as WebAssembly.
has_program_target() {
  local sysroot
  sysroot=$(rustc --print sysroot 2>/dev/null) &&
    compgen -G "$sysroot/lib/rustlib/$program_target/lib/libstd-*.rlib" >/dev/null
}

# Prints the cargo command that builds for wasm32: `cargo` or `cargo +debian`.
wasm_cargo() {
  local toolchain
  toolchain=$(wasm_toolchain) || return 1
  echo "cargo${toolchain:+ $toolchain}"
}

# Print where the browsers and their drivers are; a variable of the environment wins.
# (`type -P` and not `command -v`, which would find the functions below.)
first_command() {
  local c
  for c; do
    [ -n "$c" ] && type -P "$c" && return
  done
  return 1
}
chrome() {
  first_command "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
}
chromedriver_path() {
  first_command "${CHROMEDRIVER:-}" chromedriver /usr/lib/chromium/chromedriver /usr/lib/chromium-browser/chromedriver
}
firefox_path() {
  first_command "${FIREFOX:-}" firefox-esr firefox /Applications/Firefox.app/Contents/MacOS/firefox
}
geckodriver_path() { first_command "${GECKODRIVER:-}" geckodriver; }
webkitdriver_path() { first_command "${WEBKITDRIVER:-}" WebKitWebDriver; }
# The browser that comes with WebKitGTK is on no PATH.
minibrowser() {
  first_command "${MINIBROWSER:-}" MiniBrowser /usr/lib/*/webkit2gtk-4.[01]/MiniBrowser /usr/lib/*/webkitgtk-6.0/MiniBrowser \
    /usr/lib/webkit*/MiniBrowser /usr/libexec/webkit*/MiniBrowser
}
# WebKit's browser needs a screen; where there is none, this makes one up.
virtual_screen() { first_command Xvfb; }
has_screen() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || virtual_screen; }

# True if each engine can be driven.
has_firefox() { firefox_path && geckodriver_path; } >/dev/null
has_webkit() { webkitdriver_path && minibrowser && has_screen; } >/dev/null
