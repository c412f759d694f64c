/** Starts the window: over the app's host, or in a browser over one in memory. */
import { mount } from 'svelte';
import App from './App.svelte';
import { inApp, tauriBackend } from './lib/backend/tauri';
import { speak } from './lib/words/language.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';

async function host() {
  if (inApp()) return tauriBackend();
  const { memoryBackend } = await import('./lib/backend/memory/memory');
  return memoryBackend(new URLSearchParams(location.search));
}

speak('system');
const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: await host() } });
