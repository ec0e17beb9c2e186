// Keys act at once, without a click: the terminal gets the focus as soon as it is there.
new MutationObserver((_, observer) => {
  const input = document.querySelector("#terminal textarea");
  if (input !== null) {
    input.focus();
    observer.disconnect();
  }
}).observe(document, { childList: true, subtree: true });
