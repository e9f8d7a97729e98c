// Live panels. An element with data-live="/stream/" listens there for the event named data-live-event (or its id).
// The event's data is the panel's new HTML; empty data means "changed": the panel is fetched again, from data-live-src
// (a fragment) or from the page itself. "resync" and every reconnection fetch all of them again: events were missed.
// "ended" says why this screen gets no more (signed out, locked); unlocking connects again.

import { refetch } from "./refetch.js";
import { replace } from "./replace.js";

const QUIET = 30_000; // a hidden tab lets its connection go: browsers allow only a few to one host
const RETRY = 5_000;
const streams = new Map();
let lastGood = new Date();
let ended = "";

const panels = () => [...document.querySelectorAll("[data-live]")];
const eventOf = (panel) => panel.dataset.liveEvent || panel.id;

function show() {
  const strip = document.getElementById("connection");
  if (!strip) return;
  const live = [...streams.values()].every((source) => source.readyState === EventSource.OPEN);
  if (live) lastGood = new Date();
  strip.classList.toggle("hub-connection--live", live);
  strip.classList.toggle("hub-connection--lost", !live);
  const time = lastGood.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const words = live ? "Live" : `Not live: last updated ${time}. ${ended}`.trim();
  const text = strip.querySelector("[data-connection-text]");
  // Only a change is said: this is a status region and screen readers read it out.
  if (text.textContent !== words) text.textContent = words;
  strip.querySelector("a").hidden = live;
}

function connect(url) {
  const mine = () => panels().filter((panel) => panel.dataset.live === url);
  const missed = streams.has(url);
  const source = new EventSource(url);
  let opened = missed;
  streams.set(url, source);
  source.onopen = () => {
    if (opened) refetch(mine());
    opened = true;
    ended = "";
    show();
  };
  source.onerror = () => {
    show();
    // The browser tries again by itself unless the server refused: then we do.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => restart(url, source), RETRY);
  };
  source.addEventListener("ended", ({ data }) => {
    source.close();
    ended = data;
    show();
  });
  source.addEventListener("resync", () => refetch(mine()));
  for (const name of new Set(mine().map(eventOf))) {
    source.addEventListener(name, ({ data }) => {
      lastGood = new Date();
      const changed = mine().filter((panel) => eventOf(panel) === name);
      if (data.trim()) changed.forEach((panel) => replace(panel, data));
      else refetch(changed);
    });
  }
}

function restart(url, source) {
  if (streams.get(url) === source && !document.hidden) connect(url);
}

export function startLivePanels() {
  const urls = new Set(panels().map((panel) => panel.dataset.live));
  if (!urls.size) return;
  urls.forEach(connect);
  let sleep;
  const wake = () => streams.forEach((source, url) => { if (source.readyState === EventSource.CLOSED) connect(url); });
  document.addEventListener("hub:unlocked", wake);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleep);
    if (!document.hidden) return wake();
    sleep = setTimeout(() => { streams.forEach((source) => source.close()); show(); }, QUIET);
  });
  addEventListener("pagehide", () => streams.forEach((source) => source.close()));
  addEventListener("pageshow", (event) => { if (event.persisted) streams.forEach((_, url) => connect(url)); });
}
