// Ticking who came: each tap is sent on its own, at once, and again until it has arrived. Without this file the
// button "Speichern" sends what was changed.
"use strict";

const list = document.querySelector("form[data-attendance]");
const state = list.querySelector("[data-state]");
const count = list.querySelector("[data-came]");
const token = list.querySelector("[name=csrf_token]").value;
const PATIENCE = 10_000; // for one answer, in milliseconds
const PAUSES = [1_000, 2_000, 5_000, 10_000]; // between two tries

// Boxes whose last tap has not arrived yet. The box itself knows what was tapped, so a second tap needs no new entry.
const waiting = new Set();
let isSending = false;
let isLeaving = false;
let isRefused = false; // the server answers, but does not take the tap: the sign-in has run out
let failures = 0;
let timer = 0;

list.addEventListener("change", (event) => {
  const box = event.target.closest("[data-url]");
  if (box) {
    waiting.add(box);
    tell();
    send();
  }
});
addEventListener("online", () => send());
addEventListener("beforeunload", (event) => {
  if (waiting.size && !isLeaving) {
    event.preventDefault();
  }
});
// The button sends the rest the plain way: leaving the page for that loses nothing.
list.addEventListener("submit", () => {
  isLeaving = true;
});

async function send() {
  clearTimeout(timer);
  if (isSending || !waiting.size) {
    return;
  }
  isSending = true;
  const [box] = waiting;
  const came = box.checked;
  const answer = await post(box.dataset.url, came);
  isSending = false;
  if (answer === null) {
    failures += 1;
    timer = setTimeout(send, PAUSES[Math.min(failures, PAUSES.length) - 1]);
    tell();
    return;
  }
  failures = 0;
  if (box.checked === came) {
    waiting.delete(box); // else it was tapped again meanwhile and goes once more
  }
  show(answer);
  tell();
  send();
}

// Returns what the server knows now, or null when the tap did not arrive (or the sign-in has run out).
async function post(url, came) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ csrf_token: token, came: came ? "1" : "0" }),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    isRefused = !response.ok && response.status < 500;
    return response.ok ? await response.json() : null;
  } catch {
    isRefused = false;
    return null;
  }
}

// What others have ticked meanwhile appears too; boxes whose tap is still on its way stay as they were tapped.
function show({ came, ticked }) {
  count.textContent = came;
  const known = new Set(ticked);
  for (const box of list.querySelectorAll("[data-url]")) {
    const isTicked = known.has(Number(box.value));
    remember(box, isTicked);
    if (!waiting.has(box)) {
      box.checked = isTicked;
    }
  }
}

// The hidden field says what the server has, so that the button sends only what is new.
function remember(box, isTicked) {
  const field = box.parentElement.querySelector("[name=was]");
  if (isTicked && !field) {
    const made = document.createElement("input");
    Object.assign(made, { type: "hidden", name: "was", value: box.value });
    box.after(made);
  } else if (!isTicked && field) {
    field.remove();
  }
}

function tell() {
  if (!waiting.size) {
    state.textContent = "Alles gespeichert";
  } else if (isRefused) {
    state.textContent = `${waiting.size} noch nicht gespeichert. Bitte melden Sie sich in einem neuen Tab noch einmal an.`;
  } else if (failures < 3) {
    state.textContent = `${waiting.size} noch nicht gespeichert`;
  } else {
    state.textContent = `${waiting.size} noch nicht gespeichert. Keine Verbindung: Wir versuchen es weiter.`;
  }
}
