// The virtual gate: a button, or a badge that is dropped on a machine, sends its deed and the page stays where
// it is; what follows comes by the live stream. Without this script each button sends the form.
"use strict";
(() => {
  const MOVED_PX = 8; // less is a click
  const EDGE_PX = 60, STEP_PX = 16; // a badge at the edge of the window moves the page
  const form = document.getElementById("stage");
  const note = document.getElementById("stage-said");
  if (!form || !note) return;

  const say = (text) => { note.textContent = text; note.hidden = !text; };
  note.addEventListener("click", () => say(""));

  const post = (deed) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("deed", deed);
    return fetch(form.action, { method: "POST", body: fields, headers: { "HX-Request": "true" } });
  };

  const send = async (deed) => {
    try {
      const answer = await post(deed);
      const plain = (answer.headers.get("content-type") || "").startsWith("text/plain");
      if (answer.ok || plain) say(answer.ok ? "" : await answer.text());
      else location.reload();
    } catch { say(note.dataset.lost); }
  };

  form.addEventListener("submit", async (sent) => {
    const button = sent.submitter;
    if (!button || button.formTarget === "_blank") return;
    sent.preventDefault();
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await send(button.value);
    button.removeAttribute("aria-busy");
  });

  // --- a badge is carried, by mouse, finger or pen

  let held = null; // the badge that is pressed: where, and what is seen of it once it moves

  const below = (where) => {
    const found = document.elementFromPoint(where.clientX, where.clientY);
    return found && found.closest("[data-touch]");
  };

  const mark = (machine) => document.querySelectorAll("[data-touch]").forEach(
    (one) => one.classList.toggle("over", one === machine));

  const pick = () => {
    held.badge.querySelector("input").checked = true;
    held.seen = held.badge.cloneNode(true);
    held.seen.classList.add("carried");
    held.seen.setAttribute("aria-hidden", "true");
    held.seen.querySelector("input").remove();
    held.seen.style.width = `${held.badge.offsetWidth}px`;
    document.body.append(held.seen);
  };

  const carry = (where) => {
    held.seen.style.left = `${where.clientX - held.badge.offsetWidth / 2}px`;
    held.seen.style.top = `${where.clientY - 20}px`;
    mark(below(where));
    if (where.clientY > innerHeight - EDGE_PX) scrollBy(0, STEP_PX);
    else if (where.clientY < EDGE_PX) scrollBy(0, -STEP_PX);
  };

  const putDown = () => {
    if (held && held.seen) held.seen.remove();
    held = null;
    mark(null);
  };

  form.addEventListener("pointerdown", (pressed) => {
    const badge = pressed.target.closest(".badge");
    if (badge && pressed.isPrimary && pressed.button === 0) held = { badge, x: pressed.clientX, y: pressed.clientY };
  });
  addEventListener("pointermove", (moved) => {
    if (!held || !moved.isPrimary) return;
    if (!moved.buttons) { putDown(); return; } // it was let go outside the window
    if (!held.seen && Math.hypot(moved.clientX - held.x, moved.clientY - held.y) < MOVED_PX) return;
    if (!held.seen) pick();
    carry(moved);
  });
  addEventListener("pointerup", (dropped) => {
    const machine = held && held.seen && below(dropped);
    putDown();
    if (machine) send(machine.dataset.touch);
  });
  addEventListener("pointercancel", putDown);

  // --- who works by keyboard is not lost with a button that goes away

  let last = null, card = null;
  document.addEventListener("focusin", (event) => {
    last = event.target;
    card = last.closest("[data-touch]");
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const next = document.getElementById(last.id) || (card && card.querySelector("button"));
    if (next) next.focus({ preventScroll: true });
  }).observe(form.parentElement, { childList: true, subtree: true });
})();
