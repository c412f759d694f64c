/** Starts the window. */
import { mount } from 'svelte';
import App from './App.svelte';
import { memoryBackend } from './lib/backend/memory/memory';
import { speak } from './lib/words/language.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';

const query = new URLSearchParams(location.search);
const target = document.getElementById('app');
speak('system');
if (target) mount(App, { target, props: { backend: memoryBackend(query) } });
