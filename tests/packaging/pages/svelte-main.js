import { mount } from 'svelte';
import App from './App.svelte';
import './list.js';

mount(App, { target: document.querySelector('#app') });
