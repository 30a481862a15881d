// What pages do beyond HTML. Reading works without it.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.classList.toggle("pf-v6-theme-dark", root.dataset.theme === "dark" || (root.dataset.theme !== "light" && dark.matches));
  theme();
  dark.addEventListener("change", theme);

  // Times are shown in the reader's zone from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes("postern-zone=" + encodeURIComponent(zone))) {
    document.cookie = "postern-zone=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
  }

  const start = (within) => {
    within.querySelectorAll("form[data-send]").forEach((form) => form.requestSubmit());
    within.querySelectorAll("button[data-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.setAttribute("aria-pressed", "true");
      });
    });
    within.querySelectorAll("[data-chart]").forEach(chart);
  };

  // The numbers of the table beneath, as lines.
  const chart = (place) => {
    const table = document.getElementById(place.dataset.chart);
    const heads = [...table.querySelectorAll("thead th")].slice(1).map((th) => th.textContent);
    const rows = [...table.querySelectorAll("tbody tr")].reverse();
    const style = getComputedStyle(root);
    const ink = style.getPropertyValue("--pf-t--global--text--color--regular") || "#151515";
    const colours = ["#3d7317", "#0066cc", "#b07c00", "#c9190b", "#6a6e73", "#876fd4"];
    const data = [rows.map((r) => Number(r.dataset.at)), ...heads.map((_, i) => rows.map((r) => Number(r.children[i + 1].dataset.value)))];
    if (rows.length < 2) { place.hidden = true; return; }
    const axis = { stroke: ink, grid: { stroke: "rgba(128,128,128,0.25)" } };
    new uPlot({
      width: place.clientWidth, height: 240,
      series: [{}, ...heads.map((label, i) => ({ label, stroke: colours[i % colours.length], width: 2 }))],
      axes: [axis, axis],
      scales: { y: { range: (u, min, max) => [0, Math.max(1, max)] } },
      legend: { show: true },
    }, data, place);
  };

  // Parts that renew themselves rest while nobody sees them, and end after an hour: a tab that is left open asks for nothing.
  const opened = Date.now();
  document.addEventListener("htmx:before:request", (event) => {
    if (!event.target.getAttribute("hx-trigger")?.startsWith("every")) return;
    const over = Date.now() - opened > 3600000;
    document.getElementById("live-over").hidden = !over;
    if (over || document.hidden) event.preventDefault();
  });

  start(document);
  document.addEventListener("htmx:after:swap", (event) => start(event.target));
})();
