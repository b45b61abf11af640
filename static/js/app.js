// Small comforts. Every page works without this file.
"use strict";

// What needs attention first (errors, else the message about the last deed) takes the focus.
const first = document.querySelector(".error-summary[data-focus]") ?? document.querySelector("[data-focus]");
if (first && !location.hash) {
  first.focus({ preventScroll: false });
}

// A form is sent once, however often its button is pressed within a few seconds.
const PAUSE = 8000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  const sentAt = Number(form.dataset.sentAt ?? 0);
  if (Date.now() - sentAt < PAUSE) {
    event.preventDefault();
    return;
  }
  form.dataset.sentAt = String(Date.now());
  // The "#field" of a link in the error summary would stay in the address, and the next page begin there.
  if (location.hash) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
});
// What was changed is not the same again: a page that stays behind a file may be sent once more.
document.addEventListener("input", (event) => {
  delete event.target.form?.dataset.sentAt;
});
// Coming back with the back button, the page may be the very one that was left.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent-at]")) {
    delete form.dataset.sentAt;
  }
});

// Printing and copying need a script, so their buttons appear only here.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const label = button.querySelector(".kern-label") ?? button;
      label.textContent = button.dataset.copied ?? label.textContent;
    });
  }
}

// An open language list closes with Escape and with a click beside it.
const languages = document.querySelector(".language-switch");
if (languages) {
  document.addEventListener("click", (event) => {
    if (!languages.contains(event.target)) {
      languages.open = false;
    }
  });
  languages.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      languages.open = false;
      languages.querySelector("summary").focus();
    }
  });
}
