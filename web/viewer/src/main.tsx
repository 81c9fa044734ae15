import '@fontsource-variable/inter/wght.css';
import './styles/base.css';
import './styles/stage.css';
import './styles/panel.css';
import './styles/below.css';
import './styles/dialog.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { loadConfig } from './config';

const root = createRoot(document.getElementById('root')!);
void loadConfig().then(config =>
  root.render(
    <StrictMode>
      <App config={config} />
    </StrictMode>,
  ),
);
