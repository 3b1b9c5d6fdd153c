import Image from 'next/image';
import { Picture } from 'unplugin-prompt-image/react';
import forest from '../../src/images/forest.image';
import hero from '../../src/images/hero.image';
import bay from '../../src/theme/bay.image';
import { Poster } from './Poster';

export default function Page() {
  return (
    <main>
      <h1>Images in Next.js</h1>
      <Picture src={hero} priority sizes="100vw" className="hero" />
      <Picture src={bay} alt="The bay, by day and by night" data-by="theme" />
      <Image src={forest} alt={forest.alt} placeholder="blur" className="framework" />
      <Poster />
    </main>
  );
}
