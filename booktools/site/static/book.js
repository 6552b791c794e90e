// A formula or table that scrolls sideways can be reached and scrolled by keyboard.
const scrolling = ".bd-article div.math, .bd-article .katex-display, .bd-article .output, .bd-article pre";

function makeReachable() {
  for (const box of document.querySelectorAll(scrolling)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

makeReachable();
addEventListener("load", makeReachable);
addEventListener("resize", makeReachable);
