import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import '../../frameworks.css';

export const metadata: Metadata = { title: 'Images in Next.js', icons: 'data:,' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
