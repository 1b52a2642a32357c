/** Where the program is; bundlers put the file beside the page. */
export default new URL('./vicino.wasm', import.meta.url);
