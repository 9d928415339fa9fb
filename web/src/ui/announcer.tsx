import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { viewState } from '../model/view-state.ts';
import { digest } from './words.ts';

const EVERY_MS = 30_000;

/** Says the digest to screen readers, at most twice a minute. */
export function Announcer(): JSX.Element {
  const [words, setWords] = useState('');
  useEffect(() => {
    const timer = setInterval(() => {
      const state = viewState.peek();
      if (state) setWords(digest(state));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="spoken" aria-live="polite">
      {words}
    </p>
  );
}
