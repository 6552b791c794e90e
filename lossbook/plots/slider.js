customElements.get("loss-figure") || customElements.define("loss-figure", class extends HTMLElement {
  connectedCallback() {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.start(), { once: true });
    } else this.start();
  }
  start() {
    const rows = this.querySelector("script[type='application/json']");
    if (this.shadowRoot || !rows) return;
    this.data = JSON.parse(rows.textContent);
    const still = this.querySelector(".loss-views");
    this.picture = still.cloneNode(true);
    this.picture.setAttribute("role", "img");
    this.picture.setAttribute("aria-label", still.querySelector("img").alt);
    for (const img of this.picture.querySelectorAll("img")) {
      const svg = decodeURIComponent(img.getAttribute("src").replace(/^[^,]*,/, ""));
      img.replaceWith(document.importNode(
        new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
    }
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `<style>
      slot { display: none }
      form { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center;
        justify-content: center; margin: 10px auto 0; max-width: 800px }
      label { font-weight: 600; white-space: nowrap }
      input { flex: 1 1 260px; max-width: 420px; height: 28px; margin: 0; padding: 0;
        appearance: none; background: none; cursor: pointer }
      input::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: #808080 }
      input::-moz-range-track { height: 4px; border-radius: 2px; background: #808080 }
      input::-webkit-slider-thumb { appearance: none; width: 24px; height: 24px; margin-top: -10px;
        border: 0; border-radius: 50%; background: #2272b4 }
      input::-moz-range-thumb { width: 24px; height: 24px; border: 0; border-radius: 50%;
        background: #2272b4 }
      input:focus-visible { outline: 3px solid #2272b4; outline-offset: 3px; border-radius: 14px }
      label, output { font-variant-numeric: tabular-nums }
      output { flex: 1 1 100%; text-align: center }
      output:empty { display: none }
      @media print { slot { display: block } .live { display: none } }
    </style><div class="live"><form><label for="at"></label>
      <input id="at" type="range" min="0" step="1"><output for="at" aria-live="polite"></output>
    </form></div><slot></slot>`;
    root.querySelector(".live").prepend(this.picture);
    const input = root.querySelector("input");
    input.max = this.data.values.length - 1;
    input.value = this.data.start;
    input.addEventListener("input", () => this.show(+input.value));
    for (const type of ["keydown", "keyup"]) input.addEventListener(type, e => e.stopPropagation());
    root.querySelector("form").addEventListener("submit", e => e.preventDefault());
    if (this.data.frames) this.data.frames[this.data.start] = this.picture.innerHTML;
    this.show(this.data.start);
  }
  show(k) {
    const { label, values, readout, frames, marks, views } = this.data;
    const root = this.shadowRoot;
    root.querySelector("label").textContent = `${label} = ${values[k]}`;
    root.querySelector("input").setAttribute("aria-valuetext", values[k]);
    root.querySelector("output").textContent = readout ? readout[k] : "";
    if (frames) {
      if (this.frame !== undefined) this.picture.innerHTML = frames[k];
      this.frame = k;
      return;
    }
    for (const view of views) for (const [id, index] of Object.entries(view.ids)) {
      this.move(root.getElementById(id), marks[index], view, k);
    }
  }
  move(group, mark, view, k) {
    const at = ([slope, offset, log], v) =>
      v === null ? null : +(offset + slope * (log ? Math.log10(v) : v)).toFixed(2);
    const row = rows => rows[rows.length > 1 ? k : 0];
    const xs = row(mark.x).map(v => at(view.x, v)), ys = row(mark.y).map(v => at(view.y, v));
    const there = xs.map((x, i) => x !== null && ys[i] !== null);
    const path = group.querySelector(":scope > path");
    if (path) path.setAttribute("d", xs.map((x, i) =>
      there[i] ? (i && there[i - 1] ? "L" : "M") + x + " " + ys[i] : "").join("") + (mark.closed ? "z" : ""));
    const use = group.querySelector("use");
    if (use) use.parentNode.replaceChildren(...xs.flatMap((x, i) => {
      if (!there[i]) return [];
      const point = use.cloneNode(true);
      point.setAttribute("x", x);
      point.setAttribute("y", ys[i]);
      return [point];
    }));
  }
});
