import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import '../../frameworks.css';

const root = document.getElementById('app');
if (root) createRoot(root).render(<App />);
