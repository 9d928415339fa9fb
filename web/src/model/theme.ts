import { signal } from '@preact/signals';

/** The two grounds everything is drawn on. */
export type Theme = 'dark' | 'light';

const KEY = 'skirmish.theme';

function stored(): Theme | null {
  const value = localStorage.getItem(KEY);
  return value === 'dark' || value === 'light' ? value : null;
}

/** The theme in force. */
export const theme = signal<Theme>('dark');

/** Follows the operating system until the reader chooses; the choice is kept in this browser. */
export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: light)');
  const apply = (): void => {
    theme.value = stored() ?? (system.matches ? 'light' : 'dark');
    document.documentElement.dataset['theme'] = theme.value;
  };
  system.addEventListener('change', apply);
  apply();
}

/** Chooses the other theme. */
export function toggleTheme(): void {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, next);
  theme.value = next;
  document.documentElement.dataset['theme'] = next;
}
