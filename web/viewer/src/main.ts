import { Player } from '@nsn/player';
import './styles/base.css';
import { loadConfig } from './config';
import { loadSettings } from './settings';

// The picture comes first: the player connects while the interface around it is still on its way.
const page = import('./page');
page.catch(() => undefined); // said below
const config = await loadConfig();
const settings = loadSettings();
const video = document.createElement('video');
video.playsInline = true;
video.dataset['testid'] = 'video';
const player = new Player({ video, channel: config.channel, gateway: config.gateway, trust: config.trust, transport: settings.transport, delay: settings.delay });
player.setVolume(settings.volume);
player.setMuted(settings.muted || settings.volume === 0);
void player.start();

const root = document.getElementById('root')!;
try {
  (await page).show(root, { channel: config.channel, settings, player, video });
} catch (error) {
  player.close();
  root.textContent = 'The page could not be loaded whole. Reload it to try again.';
  throw error;
}
