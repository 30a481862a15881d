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
    // Times and numbers as the page's language writes them, 24 hours, in the reader's zone.
    const language = root.lang === "en" ? "en-GB" : root.lang;
    const time = (parts) => {
      const format = new Intl.DateTimeFormat(language, { hourCycle: "h23", timeZone: zone, ...parts });
      return (at) => format.format(new Date(at * 1000));
    };
    const day = time({ day: "numeric", month: "short" });
    const minute = time({ hour: "2-digit", minute: "2-digit" });
    const whole = time({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
    const number = new Intl.NumberFormat(language);
    const times = (u, splits, index, space, step) => splits.map((at, i) =>
      step >= 86400 ? day(at) : i > 0 && day(splits[i - 1]) === day(at) ? minute(at) : minute(at) + "\n" + day(at));
    const numbers = (u, splits) => splits.map((count) => number.format(count));
    new uPlot({
      width: place.clientWidth, height: 240,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
      series: [{ label: table.querySelector("thead th").textContent, value: (u, at) => (at == null ? "–" : whole(at)) }, ...heads.map((label, i) => ({ label, stroke: colours[i % colours.length], width: 2, value: (u, count) => (count == null ? "–" : number.format(count)) }))],
      axes: [{ ...axis, values: times }, { ...axis, values: numbers }],
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
