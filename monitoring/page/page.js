// What the page does without the server: colours, copying, and keeping what is no id to itself.
window.liandong = (() => {
  const root = document.documentElement;
  const night = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("liandong-theme") || "auto";

  function show() {
    const theme = chosen();
    root.dataset.theme = theme === "auto" ? (night.matches ? "dark" : "light") : theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }

  function choose(theme) {
    localStorage.setItem("liandong-theme", theme);
    show();
  }

  // A number or a name typed by mistake never leaves the browser.
  function typedId(event) {
    event.preventDefault();
    const box = event.target.elements.id;
    const id = box.value.trim().toLowerCase();
    if (/^(bat|upd|ent|ord)_[0-9a-f]{32}$/.test(id)) return id;
    box.value = "";
    return "";
  }

  // The address and the search box name what is shown.
  function showId(id) {
    history.replaceState(null, "", id ? `?find=${id}` : location.pathname);
    const box = document.querySelector("form.find input");
    if (box) box.value = id;
  }

  async function copy(event) {
    const button = event.target;
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1200);
  }

  night.addEventListener("change", show);
  show();
  return { show, choose, typedId, showId, copy };
})();
