// A live page: says when it is not connected, and finds its way back. What changes comes by htmx and its
// extension for server-sent events; without a script the page is whole, and stands still.
"use strict";
(() => {
  const SILENT_MS = 40_000; // the board says something every 15 s
  const LOOK_MS = 5_000;
  const note = document.getElementById("lost");
  const place = document.getElementById("live");
  if (!note || !place || typeof htmx === "undefined") return;
  const words = note.textContent;
  let source = null, heardMs = Date.now(), typed = false;

  addEventListener("input", () => { typed = true; }, true);

  const heard = () => { heardMs = Date.now(); note.hidden = true; document.body.removeAttribute("data-lost"); };

  const lost = () => {
    if (!note.hidden) return;
    const when = new Date(heardMs).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    note.textContent = words.replace("…", when);
    note.hidden = false;
    document.body.setAttribute("data-lost", "");
  };

  const anew = () => { source.close(); if (typed) lost(); else location.reload(); };

  const open = () => {
    source.close();
    htmx.trigger(place, "htmx:afterProcessNode"); // at this the extension opens one
  };

  htmx.createEventSource = (url) => {
    source = new EventSource(url);
    source.addEventListener("open", heard);
    source.addEventListener("error", lost);
    source.addEventListener("beat", heard);
    source.addEventListener("anew", anew);
    source.addEventListener("go", (said) => {
      source.close();
      if (/^\/(?!\/)/.test(said.data)) location.assign(said.data);
    });
    source.addEventListener("pieces", (said) => {
      heard();
      const [path, query] = place.getAttribute("sse-connect").split("?");
      const asked = new URLSearchParams(query);
      asked.set("at", said.lastEventId);
      place.setAttribute("sse-connect", `${path}?${asked}`);
    });
    if (document.hidden) source.close();
    return source;
  };

  // A browser has six connections to a board for all its tabs, and the seventh tab would wait for ever:
  // so a page that nobody sees lets its own go. When it is looked at again it is sent what it missed.
  document.addEventListener("visibilitychange", () => {
    if (!source) return;
    if (document.hidden) source.close(); else open();
  });

  const look = () => {
    if (!source || document.hidden || Date.now() - heardMs <= SILENT_MS) return;
    lost();
    open();
  };
  setInterval(look, LOOK_MS);
  addEventListener("online", look);
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
})();
