// How does data become part of the page without ever being read as markup?

const SVG = "http://www.w3.org/2000/svg";
const ADDRESS = /https?:\/\/[^\s<>"]+/g;

/** Makes an element. Text goes in as text nodes; null and false attributes or children are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}

/** Draws a symbol that index.html defines; it says nothing to a screen reader. */
export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** The words of a text, with its web addresses as links that open in a new tab. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    // A full stop or a bracket after an address belongs to the sentence.
    const address = match[0].replace(/[.,;:!?)\]}'"]+$/, "");
    nodes.push(text.slice(end, match.index), link(address));
    end = match.index + address.length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

function link(address) {
  const note = element("span", { class: "unseen" }, " (opens in a new tab)");
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address, note);
}

/** A number such as +12155550101 as people write it: (215) 555-0101. */
export function readable(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : number;
}
