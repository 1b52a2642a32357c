import { createRoot } from 'react-dom/client';
import App from './App.jsx';
import './list.js';

createRoot(document.querySelector('#app')).render(<App />);
