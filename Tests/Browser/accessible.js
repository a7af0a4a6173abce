// What makes a page hard to use: texts that are too faint, fields without a label, pages that are wider than the screen.
const problems = [];

const channel = (value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const colour = (text) => (text.match(/[\d.]+/g) || []).map(Number);

const background = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const found = colour(getComputedStyle(each).backgroundColor);
    if (found.length < 4 || found[3] > 0.99) return found.slice(0, 3);
  }
  return [255, 255, 255];
};

const isShown = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility !== "hidden" && !element.closest(".hidden");
};

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const seen = new Set();
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || seen.has(element) || !isShown(element)) continue;
  seen.add(element);
  const style = getComputedStyle(element);
  const [one, other] = [luminance(colour(style.color)), luminance(background(element))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: "${element.textContent.trim().slice(0, 40)}"`);
  if (parseFloat(style.fontSize) < 12) problems.push(`small text: "${element.textContent.trim().slice(0, 40)}"`);
}

for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  const hasLabel = field.labels?.length || field.getAttribute("aria-label");
  if (!hasLabel) problems.push(`no label: ${field.name || field.id}`);
}
for (const each of document.querySelectorAll("button, a[href]")) {
  if (!each.textContent.trim() && !each.getAttribute("aria-label")) problems.push(`no name: ${each.outerHTML.slice(0, 60)}`);
}
for (const each of document.querySelectorAll("svg[role=img]")) {
  if (!each.getAttribute("aria-label")) problems.push("a picture without words");
}
const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`id twice: ${id}`);
if (document.querySelectorAll("h1").length !== 1) problems.push(`${document.querySelectorAll("h1").length} headings of the first level`);
if (!document.documentElement.lang) problems.push("no language");
if (document.documentElement.scrollWidth > innerWidth + 1) problems.push(`wider than the screen: ${document.documentElement.scrollWidth} of ${innerWidth}`);
return problems;
