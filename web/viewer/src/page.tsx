import '@fontsource-variable/inter/wght.css';
import './styles/stage.css';
import './styles/panel.css';
import './styles/below.css';
import './styles/dialog.css';
import './styles/forced.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, type AppProps } from './App';

/** Shows the interface around a player that is already at work. */
export function show(root: HTMLElement, props: AppProps): void {
  createRoot(root).render(
    <StrictMode>
      <App {...props} />
    </StrictMode>,
  );
}
