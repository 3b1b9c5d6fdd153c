'use client';
import Image from 'next/image';
import { createLoader } from 'unplugin-prompt-image/next/image';
import dunes from '../../src/images/dunes.image';

export function Poster() {
  return <Image src={dunes} alt={dunes.alt} loader={createLoader(dunes)} sizes="100vw" className="loader" />;
}
