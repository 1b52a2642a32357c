//! One page of figures, tables and findings that needs nothing but itself.
//!
//! Owns the frame of a report: headings, tables, the drawn figures, colours for light and dark, and the few lines of
//! script that save a figure. Loads nothing from anywhere, which its Content-Security-Policy makes sure of. Every text
//! is escaped by the template.

use maud::{Markup, PreEscaped, html};

use super::figure::{Figure, Grid};
use super::svg;
use super::{Exploration, Finding, Missing, Weight};

/// A page: a title, a line below it, and parts in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The title, also of the browser's window.
    pub title: String,
    /// A sentence or two below it.
    pub lead: String,
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a page under its own heading, named in the list of contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The heading.
    pub title: String,
    /// The blocks below it, in order.
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
        let overview = vec![
            Block::Table(self.overview.clone()),
            Block::Text("The log was read like this:".to_owned()),
            Block::Table(self.reading.clone()),
        ];
        let mut parts = vec![
            part("Overview", overview),
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

/// Runs the script of the page, which it names by its hash, and no other.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'sha256-bShHiwfIH/OkD4/NqvqWscDE5oUlhiZvIdNLLWs5Tps='; img-src blob: data:; base-uri 'none'; form-action 'none'";

/// The page as a file of HTML. The same page gives the same bytes.
pub fn render(page: &Page) -> String {
    let page = html! {
        (PreEscaped("<!doctype html>\n"))
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content={ "vicino " (env!("CARGO_PKG_VERSION")) };
                title { (page.title) }
                style { (LINE_END) (PreEscaped(STYLE)) }
            }
            (LINE_END)
            body {
                a class="skip" href="#main" { "Skip to the content" }
                header { h1 { (page.title) } p { (page.lead) } }
                nav aria-label="Contents" {
                    ol {
                        @for (number, part) in page.parts.iter().enumerate() {
                            li { a href={ "#part-" (number) } { (part.title) } }
                        }
                    }
                }
                (LINE_END)
                main id="main" {
                    @for (number, part) in page.parts.iter().enumerate() {
                        section id={ "part-" (number) } {
                            h2 { (part.title) }
                            @for part in &part.blocks { (block(part)) (LINE_END) }
                        }
                    }
                }
                script { (LINE_END) (PreEscaped(SCRIPT)) }
            }
        }
        (LINE_END)
    };
    page.into_string()
}

/// Keeps the lines of a page short enough for a person to look at.
const LINE_END: PreEscaped<&str> = PreEscaped("\n");

fn block(block: &Block) -> Markup {
    match block {
        Block::Text(text) => html! { p { (text) } },
        Block::Table(grid) => table(grid),
        Block::Figure(of) => figure(of),
        Block::Findings(findings) => html! {
            ul class="findings" { @for one in findings { (finding(one)) (LINE_END) } }
        },
        Block::Missing(missing) => html! {
            ul { @for one in missing { li { b { (one.title) } " needs " (one.needs) "." } } }
        },
    }
}

fn finding(finding: &Finding) -> Markup {
    let (class, name) = match finding.weight {
        Weight::Warning => ("warning", "Warning"),
        Weight::Note => ("note", "Note"),
    };
    html! {
        li class=(class) {
            h3 { span class="weight" { (name) } " " (finding.title) }
            p { (finding.text) }
            @if !finding.examples.is_empty() {
                ul { @for example in &finding.examples { li { (example) } } }
            }
        }
    }
}

fn figure(figure: &Figure) -> Markup {
    html! {
        figure id=(figure.id) {
            h3 id={ (figure.id) "-title" } { (figure.title) }
            p id={ (figure.id) "-text" } { (figure.text) }
            div class="plot" { (PreEscaped(svg::draw(figure))) }
            div class="save" {
                @for (key, kind) in [("svg", "SVG"), ("png", "PNG"), ("csv", "CSV")] {
                    button type="button" data-save=(key) aria-label={ "Save " (figure.title) " as " (kind) } { (kind) }
                }
            }
            @if !figure.table.rows.is_empty() {
                details { summary { "The numbers as a table" } (table(&figure.table)) }
            }
        }
    }
}

fn table(grid: &Grid) -> Markup {
    let is_number = |cell: &str| {
        cell.is_empty()
            || (cell.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                && !cell.contains(|letter: char| letter.is_alphabetic() || letter == ':'))
    };
    let numbers: Vec<bool> = (0..grid.head.len())
        .map(|column| column > 0 && grid.rows.iter().all(|row| row.get(column).is_none_or(|cell| is_number(cell))))
        .collect();
    let class = |column: usize| (numbers.get(column) == Some(&true)).then_some("number");
    html! {
        div class="scroller" tabindex="0" {
            table {
                thead {
                    tr {
                        @for (column, name) in grid.head.iter().enumerate() {
                            th scope="col" class=[class(column)] { (name) }
                        }
                    }
                }
                tbody {
                    @for row in &grid.rows {
                        (LINE_END)
                        tr {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 { th scope="row" { (cell) } }
                                @else { td class=[class(column)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
