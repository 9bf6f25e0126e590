// When a page that was cut off is whole again: not when it is connected, but when the new engine has drawn it. Until then
// a click in it would tell the new engine of parts it does not have yet, and be lost.

const APP = '[data-testid="stApp"]';
const LOOK_MS = 100;
const PATIENCE_MS = 20_000;

/** Call back once the script has run after a new connection; what is returned ends the wait. */
export function whenRedrawn(then: () => void): () => void {
  const until = performance.now() + PATIENCE_MS;
  let ran = false;
  const end = (): void => {
    window.clearInterval(looking);
    document.removeEventListener('bestand:at', whole);
  };
  const whole = (): void => {
    end();
    then();
  };
  const looking = window.setInterval(() => {
    const running = document.querySelector(APP)?.getAttribute('data-test-script-state') === 'running';
    if ((ran && !running) || performance.now() > until) whole();
    ran ||= running;
  }, LOOK_MS);
  document.addEventListener('bestand:at', whole); // the frame says where the window is, the last of what is drawn
  return end;
}
