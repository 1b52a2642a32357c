declare const program: URL;
export default program;
