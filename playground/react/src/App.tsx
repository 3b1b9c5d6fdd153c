import { Picture } from 'unplugin-prompt-image/react';
import hero from '../../src/images/hero.image';
import bay from '../../src/theme/bay.image';

export function App() {
  return (
    <main>
      <h1>Images in React</h1>
      <Picture src={hero} priority sizes="100vw" className="hero" />
      <Picture src={bay} alt="The bay, by day and by night" data-by="theme" />
    </main>
  );
}
