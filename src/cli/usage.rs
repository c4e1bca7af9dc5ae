//! `majordomo usage`

use super::client::{ask, fail};
use super::out::{self, Look, Tone};
use super::{Exit, Source, table};
use crate::clock;
use crate::domain::purse::usage::{By, Line};
use crate::domain::purse::{Money, calendar};
use crate::protocol::control::{Request, Response};
use jiff::civil::Date;

/// What asking models has cost, by whom, where, or of which model
#[derive(Debug, clap::Args)]
#[command(after_help = "Days are those of UTC. Works whether a house runs or not.")]
pub(super) struct Args {
    /// What to sum up by
    #[arg(long, value_enum, default_value = "model")]
    by: Sort,
    /// The first day that counts, like 2026-11-01 [default: the first of this month]
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// For a script: money in millionths
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// For a spreadsheet
    #[arg(long)]
    csv: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Sort {
    User,
    Chat,
    Model,
}

impl Sort {
    const fn by(self) -> By {
        match self {
            Self::User => By::User,
            Self::Chat => By::Chat,
            Self::Model => By::Model,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Chat => "CHAT",
            Self::Model => "MODEL",
        }
    }
}

pub(super) fn run(source: &Source, args: &Args) -> Exit {
    let since = match args.since {
        None => Some(calendar::first_of_month(clock::now())),
        Some(date) => calendar::day_of(date),
    };
    let Some(since) = since.and_then(|it| u32::try_from(it).ok()) else {
        return fail("--since: a day since 1970-01-01, like 2026-11-01".into());
    };
    ask(source, Request::Usage { by: args.by.by(), since }, |response| match response {
        Response::Usage(lines) if args.json => Some(out::print_json(&lines)),
        Response::Usage(lines) if args.csv => Some(match csv(&lines) {
            Ok(text) => out::print(text),
            Err(why) => fail(why),
        }),
        Response::Usage(lines) => Some(out::print(list(&lines, args.by, since, Look::now()))),
        _ => None,
    })
}

fn list(lines: &[Line], by: Sort, since: u32, look: Look) -> String {
    let day = calendar::date(u64::from(since));
    if lines.is_empty() {
        return format!("Since {day} nobody has asked a model.\n");
    }
    let row = |it: &Line| {
        [
            it.of.clone(),
            it.answers.to_string(),
            it.cached.to_string(),
            it.input_tokens.to_string(),
            it.output_tokens.to_string(),
            Money(it.money_micros).to_string(),
        ]
    };
    let headings = [by.heading(), "ANSWERS", "REPEATED", "TOKENS IN", "TOKENS OUT", "COST"];
    let table = table::draw(headings, &lines.iter().map(row).collect::<Vec<_>>(), look);
    let sum = lines.iter().fold(Money(0), |sum, it| sum.plus(Money(it.money_micros)));
    let hint = format!("Together {sum} since {day}, in the currency of the prices.");
    format!("{table}{}\n", look.paint(Tone::Dim, &hint))
}

fn csv(lines: &[Line]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        // What a spreadsheet would take for a formula is none: names of models come from the configuration.
        writer.serialize(line).map_err(|it| it.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|it| it.to_string())?;
    String::from_utf8(bytes).map_err(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn line(of: &str, money_micros: u64) -> Line {
        Line { of: of.into(), answers: 3, cached: 1, input_tokens: 1_200, output_tokens: 300, money_micros }
    }

    #[test]
    fn the_list_is_aligned_and_says_the_sum_and_the_day() {
        let listed =
            list(&[line("main/gpt-5", 12_345_600), line("local/llama\u{1b}", 0)], Sort::Model, 20_758, Look::default());
        let expected = "\
MODEL              ANSWERS  REPEATED  TOKENS IN  TOKENS OUT  COST
main/gpt-5         3        1         1200       300         12.3456
local/llama\\u{1b}  3        1         1200       300         0.00
Together 12.3456 since 2026-11-01, in the currency of the prices.
";
        assert_eq!(listed, expected);
        assert_eq!(list(&[], Sort::User, 20_758, Look::default()), "Since 2026-11-01 nobody has asked a model.\n");
    }

    #[test]
    fn a_spreadsheet_gets_headings_and_quotes() {
        let text = csv(&[line("a,\"b\"", 5)]).unwrap();
        let expected = "of,answers,cached,input_tokens,output_tokens,money_micros\n\"a,\"\"b\"\"\",3,1,1200,300,5\n";
        assert_eq!(text, expected);
    }
}
