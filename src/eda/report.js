// Saves a figure: its drawing with the page's colours, a picture of it at twice the size, or its numbers.
const save = (name, type, content) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(
    content instanceof Blob ? content : new Blob([content], { type }),
  );
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

const standalone = (svg) => {
  const copy = svg.cloneNode(true);
  const style = getComputedStyle(document.documentElement);
  const colours = ['ink', 'line', 'axis', 'c0', 'c1', 'c2', 'c3'].map(
    (name) => `--${name}:${style.getPropertyValue(`--${name}`)}`,
  );
  const paper = style.getPropertyValue('--card');
  copy.setAttribute(
    'style',
    `${colours.join(';')};color:${style.getPropertyValue('--soft')};background:${paper}`,
  );
  return { text: new XMLSerializer().serializeToString(copy), paper, box: svg.viewBox.baseVal };
};

const picture = (svg, name) => {
  const { text, paper, box } = standalone(svg);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [box.width * 2, box.height * 2];
    const context = canvas.getContext('2d');
    context.fillStyle = paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(name, 'image/png', blob));
  };
  const sized = text.replace('<svg ', `<svg width="${box.width}" height="${box.height}" `);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`;
};

const numbers = (figure) => {
  const cell = (text) => {
    // What a spreadsheet would run as a formula.
    const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+ ?%?$/.test(text);
    const safe = isFormula ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = [...figure.querySelectorAll('table tr')].map((row) =>
    [...row.cells].map(({ textContent }) => cell(textContent)).join(','),
  );
  return `${rows.join('\n')}\n`;
};

document.addEventListener('click', ({ target }) => {
  const kind = target instanceof HTMLElement ? target.dataset.save : undefined;
  const figure = kind && target.closest('figure');
  if (!figure) return;
  const svg = figure.querySelector('svg');
  if (kind === 'svg') save(`${figure.id}.svg`, 'image/svg+xml', standalone(svg).text);
  else if (kind === 'png') picture(svg, `${figure.id}.png`);
  else save(`${figure.id}.csv`, 'text/csv', numbers(figure));
});
