// The memory of the WebAssembly module, which the package shows to nobody.

/** Watches whatever instance is made from now on; gives a function that tells the newest one's bytes. */
export function watchWasmMemory() {
  let memory;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args);
    const { exports } = made.instance ?? made;
    memory = Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
    return made;
  };
  return () => memory.buffer.byteLength;
}
