// Draws each chart anew, as wide as its place and with what is told of whatever is pointed at; pictures stay where that fails.
(() => {
  "use strict";
  const NARROW = 520, ERRORS = 1;
  const draw = async (figure) => {
    const specification = JSON.parse(figure.querySelector("script").textContent);
    const live = figure.querySelector(".live");
    if (figure.clientWidth < NARROW) specification.config.axisY.labelLimit = Math.round(figure.clientWidth * 0.36);
    figure.classList.add("drawn");
    try {
      await window.vegaEmbed(live, specification, {
        mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, logLevel: ERRORS, tooltip: { disableDefaultStyle: true },
      });
    } catch {
      figure.classList.remove("drawn");
    }
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }, { rootMargin: "600px" });
  for (const figure of document.querySelectorAll("figure.chart")) seen.observe(figure);
})();
