import { mount } from 'svelte';
import Follow from './Follow.svelte';
import { follow } from './follow-probe.js';
import { options, shop } from './shop.js';

mount(Follow, { target: document.querySelector('#app'), props: { shop, options } });
follow(shop);
