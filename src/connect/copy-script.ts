/**
 * The only script of MCTL's pages. It shows the copy buttons, which are hidden where nothing runs, and copies what stands beside each;
 * where the browser does not let it, it selects that instead.
 */
export const COPY_SCRIPT = `
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    const said = document.getElementById('said');
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = 'Copied: ' + button.dataset.what;
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      said.textContent = 'Selected: copy it with your keyboard.';
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
`;
