//! One page of figures, tables and findings that needs nothing but itself.
//!
//! Owns the frame of a report: headings, tables, the drawn figures, colours for light and dark, and the few lines of
//! script that save a figure. Loads nothing from anywhere, and says so to the browser in a Content-Security-Policy.

use std::fmt::Write;

use super::figure::{Figure, Grid};
use super::svg::{self, escaped};
use super::{Exploration, Finding, Missing, Weight};

/// A page: a title, a line below it, and parts in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The title, also of the browser's window.
    pub title: String,
    /// A sentence or two below it.
    pub lead: String,
    /// What follows.
    pub parts: Vec<Part>,
}

/// A part of a page under its own heading, named in the list of contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The heading.
    pub title: String,
    /// What stands below it, in order.
    pub blocks: Vec<Block>,
}

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A table; columns of numbers are aligned to the right.
    Table(Grid),
    /// A figure with its words, its numbers as a table, and buttons to save it.
    Figure(Box<Figure>),
    /// Findings, warnings first.
    Findings(Vec<Finding>),
    /// Figures that could not be made.
    Missing(Vec<Missing>),
}

impl From<Figure> for Block {
    fn from(figure: Figure) -> Block {
        Block::Figure(Box::new(figure))
    }
}

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

impl Exploration {
    /// The parts of a page that show all of it.
    pub fn parts(&self) -> Vec<Part> {
        let part = |title: &str, blocks: Vec<Block>| Part { title: title.to_owned(), blocks };
        let left_out = match self.quality.rows.is_empty() {
            true => Block::Text("Every row became an event.".to_owned()),
            false => Block::Table(self.quality.clone()),
        };
        let findings = match self.findings.is_empty() {
            true => Block::Text("Nothing stands out.".to_owned()),
            false => Block::Findings(self.findings.clone()),
        };
        let mut parts = vec![
            part("Overview", vec![Block::Table(self.overview.clone())]),
            part("Findings", vec![findings]),
            part("Data quality", vec![left_out, Block::Table(self.rules.clone())]),
            part("Figures", self.figures.iter().cloned().map(Block::from).collect()),
        ];
        if !self.missing.is_empty() {
            parts.push(part("What could not be drawn", vec![Block::Missing(self.missing.clone())]));
        }
        parts
    }
}

/// The page as a file of HTML. The same page gives the same bytes.
pub fn render(page: &Page) -> String {
    let mut html = String::with_capacity(1 << 18);
    let title = escaped(&page.title);
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src blob: data:\">\n\
         <meta name=\"generator\" content=\"vicino {}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header><h1>{title}</h1><p>{}</p></header>\n<nav aria-label=\"Contents\"><ol>",
        env!("CARGO_PKG_VERSION"),
        escaped(&page.lead)
    );
    for (number, part) in page.parts.iter().enumerate() {
        let _ = write!(html, "<li><a href=\"#part-{number}\">{}</a></li>", escaped(&part.title));
    }
    html += "</ol></nav>\n<main id=\"main\">\n";
    for (number, part) in page.parts.iter().enumerate() {
        let _ = writeln!(html, "<section id=\"part-{number}\"><h2>{}</h2>", escaped(&part.title));
        for block in &part.blocks {
            write_block(&mut html, block);
        }
        html += "</section>\n";
    }
    let _ = write!(html, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    html
}

fn write_block(html: &mut String, block: &Block) {
    match block {
        Block::Text(text) => {
            let _ = writeln!(html, "<p>{}</p>", escaped(text));
        }
        Block::Table(grid) => write_table(html, grid),
        Block::Figure(figure) => write_figure(html, figure),
        Block::Findings(findings) => {
            *html += "<ul class=\"findings\">\n";
            for finding in findings {
                let (class, name) = match finding.weight {
                    Weight::Warning => ("warning", "Warning"),
                    Weight::Note => ("note", "Note"),
                };
                let _ = write!(
                    html,
                    "<li class=\"{class}\"><h3><span class=\"weight\">{name}</span> {}</h3><p>{}</p>",
                    escaped(&finding.title),
                    escaped(&finding.text)
                );
                if !finding.examples.is_empty() {
                    *html += "<ul>";
                    for example in &finding.examples {
                        let _ = write!(html, "<li>{}</li>", escaped(example));
                    }
                    *html += "</ul>";
                }
                *html += "</li>\n";
            }
            *html += "</ul>\n";
        }
        Block::Missing(missing) => {
            *html += "<ul>\n";
            for one in missing {
                let _ = writeln!(html, "<li><b>{}</b> needs {}.</li>", escaped(&one.title), escaped(&one.needs));
            }
            *html += "</ul>\n";
        }
    }
}

fn write_figure(html: &mut String, figure: &Figure) {
    let (id, title) = (escaped(&figure.id), escaped(&figure.title));
    let _ = write!(
        html,
        "<figure id=\"{id}\"><h3 id=\"{id}-title\">{title}</h3><p id=\"{id}-text\">{}</p><div class=\"plot\">",
        escaped(&figure.text)
    );
    *html += &svg::draw(figure);
    *html += "</div><div class=\"save\">";
    for kind in ["SVG", "PNG", "CSV"] {
        let _ = write!(
            html,
            "<button type=\"button\" data-save=\"{}\" aria-label=\"Save {title} as {kind}\">{kind}</button>",
            kind.to_lowercase()
        );
    }
    *html += "</div>";
    if !figure.table.rows.is_empty() {
        *html += "<details><summary>The numbers as a table</summary>";
        write_table(html, &figure.table);
        *html += "</details>";
    }
    *html += "</figure>\n";
}

fn write_table(html: &mut String, grid: &Grid) {
    let is_number = |cell: &str| {
        cell.is_empty()
            || (cell.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                && !cell.contains(|letter: char| letter.is_alphabetic() || letter == ':'))
    };
    let numbers: Vec<bool> = (0..grid.head.len())
        .map(|column| column > 0 && grid.rows.iter().all(|row| row.get(column).is_none_or(|cell| is_number(cell))))
        .collect();
    let class = |column: usize| if numbers.get(column) == Some(&true) { " class=\"number\"" } else { "" };
    *html += "<div class=\"scroller\" tabindex=\"0\"><table><thead><tr>";
    for (column, name) in grid.head.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escaped(name));
    }
    *html += "</tr></thead><tbody>\n";
    for row in &grid.rows {
        *html += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let _ = match column {
                0 => write!(html, "<th scope=\"row\">{}</th>", escaped(cell)),
                _ => write!(html, "<td{}>{}</td>", class(column), escaped(cell)),
            };
        }
        *html += "</tr>\n";
    }
    *html += "</tbody></table></div>\n";
}
