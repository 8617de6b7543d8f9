// The virtual gate: a button, or a badge that is dropped on a machine, sends its deed and the page stays where
// it is; what follows comes by the live stream. Without this script each button sends the form.
"use strict";
(() => {
  const form = document.getElementById("stage");
  const note = document.getElementById("stage-said");
  if (!form || !note) return;

  const say = (text) => { note.textContent = text; note.hidden = !text; };

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

  form.addEventListener("dragstart", (dragged) => {
    const badge = dragged.target.closest && dragged.target.closest(".badge");
    if (badge) { badge.querySelector("input").checked = true; dragged.dataTransfer.setData("text/plain", "badge"); }
  });
  document.querySelectorAll("[data-touch]").forEach((machine) => {
    machine.addEventListener("dragover", (dragged) => { dragged.preventDefault(); machine.classList.add("over"); });
    machine.addEventListener("dragleave", () => machine.classList.remove("over"));
    machine.addEventListener("drop", (dropped) => {
      dropped.preventDefault();
      machine.classList.remove("over");
      send(machine.dataset.touch);
    });
  });
})();
