/** Lets a range input uncover one picture over another. */
export function enableCompare(container: HTMLElement): void {
  const input = container.querySelector('input');
  if (!input) return;
  const update = () => {
    container.style.setProperty('--at', `${input.value}%`);
    input.setAttribute('aria-valuetext', `${input.value} % photo`);
  };
  input.addEventListener('input', update);
  update();
}
