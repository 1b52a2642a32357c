//! The browser's adapter: storage, names and errors for JavaScript. No ranking logic.
