import { setRecommender } from 'vicino/element';
import { follow } from './follow-probe.js';
import { options, shop } from './shop.js';

document.querySelector('#app').innerHTML =
  '<vicino-rail><template><p>{{id}}</p></template></vicino-rail>';
document.querySelector('vicino-rail').options = options;
setRecommender(shop);
follow(shop);
