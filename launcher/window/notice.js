(() => {
  const notice = {notice};
  const old = document.getElementById("{id}");
  if (old) old.remove();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const app = document.querySelector("[data-testid=stApp]");
  const back = app ? getComputedStyle(app).backgroundColor : dark ? "#1c1e21" : "#ffffff";
  const parts = (back.match(/\d+/g) || [255, 255, 255]).map(Number);
  const night = app ? parts[0] + parts[1] + parts[2] < 384 : dark;
  const colours = night
    ? { back: "#272a2e", front: "#dfe2e6", soft: "#a3a9b0", line: "#3a3e44", mark: "#4594e4", veil: "rgba(16,18,20,.62)" }
    : { back: "#ffffff", front: "#1f2328", soft: "#5b6470", line: "#d3d9e0", mark: "#0b5cad", veil: "rgba(235,238,242,.66)" };
  const make = (tag, style, text) => {
    const part = document.createElement(tag);
    part.style.cssText = style;
    if (text) part.textContent = text;
    return part;
  };
  const veil = make("div", `position:fixed;inset:0;z-index:2147483001;display:grid;place-items:center;background:${colours.veil};font:13px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif`);
  veil.id = "{id}";
  veil.setAttribute("role", notice.actions.length ? "alertdialog" : "status");
  veil.setAttribute("aria-label", notice.title);
  const card = make("div", `box-sizing:border-box;width:min(460px,calc(100vw - 48px));padding:22px 24px;border-radius:8px;border:1px solid ${colours.line};background:${colours.back};color:${colours.front};box-shadow:0 8px 30px rgba(0,0,0,.16)`);
  card.append(make("div", "font-size:16px;font-weight:600;margin:0 0 8px", notice.title));
  for (const line of notice.lines) card.append(make("p", `margin:0 0 6px;color:${colours.soft};overflow-wrap:anywhere`, line));
  const row = make("div", "display:flex;flex-wrap:wrap;gap:8px;margin-top:16px");
  notice.actions.forEach(([name, label], place) => {
    const filled = place === 0 ? `background:${colours.mark};border-color:${colours.mark};color:#fff` : `background:transparent;color:${colours.front};border-color:${colours.line}`;
    const button = make("button", `font:inherit;padding:5px 12px;border-radius:6px;border:1px solid;cursor:pointer;${filled}`, label);
    button.addEventListener("click", () => { veil.dataset.choice = name; });
    row.append(button);
  });
  if (notice.actions.length) card.append(row);
  veil.append(card);
  document.documentElement.append(veil);
  if (notice.actions.length) row.firstChild.focus();
  veil.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" && notice.escape) veil.dataset.choice = notice.escape;
    if (event.key !== "Tab") return;
    const buttons = [...row.children];
    const next = (buttons.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1) + buttons.length) % buttons.length;
    event.preventDefault();
    buttons[next]?.focus();
  });
  if (notice.passes) {
    let steady = 0;
    const pass = setInterval(() => {
      const now = document.querySelector("[data-testid=stApp]");
      if (!veil.isConnected) return clearInterval(pass);
      const state = now && now.getAttribute("data-test-connection-state");
      if (state && state !== "CONNECTED") veil.dataset.lost = "1";
      // Between the new connection and its first run the page looks ready, too: so it has to last for a moment.
      const ready = veil.dataset.lost && state === "CONNECTED" && now.getAttribute("data-test-script-state") === "notRunning";
      steady = ready ? steady + 1 : 0;
      if (steady < 8) return;
      clearInterval(pass);
      veil.remove();
    }, 100);
  }
  return "";
})()
