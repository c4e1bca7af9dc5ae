//! Charts of every size are drawn, and what is in them can be seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::domain::text::Arg;
use crate::domain::types::Language;

fn text(language: Language, key: &'static str) -> Text {
    Text::new(language, key)
}

fn chart(language: Language, days: usize, value: impl Fn(usize) -> u32) -> Chart {
    let day = |it: usize| {
        let (month, day) = (10 + it / 31, 1 + it % 31);
        text(language, "membership-stats-day")
            .with("month", Arg::Number(i64::try_from(month).unwrap()))
            .with("day", Arg::Number(i64::try_from(day).unwrap()))
    };
    let series = |name, hue, shift: usize| Series {
        name: text(language, name),
        hue,
        values: (0..days).map(|it| value(it + shift)).collect(),
    };
    Chart {
        title: text(language, "membership-stats-title"),
        days: (0..days).map(day).collect(),
        panels: vec![
            vec![series("membership-stats-stopped", Hue::Warm, 0), series("membership-stats-joined", Hue::Fresh, 3)],
            vec![series("membership-stats-checks", Hue::Calm, 7)],
        ],
    }
}

/// Width, height and pixels of a PNG.
fn read(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

/// How many pixels have that colour.
fn painted(pixels: &[u8], colour: RGBColor) -> usize {
    pixels.chunks_exact(3).filter(|it| *it == [colour.0, colour.1, colour.2]).count()
}

#[test]
fn every_chart_is_a_picture_with_what_is_in_it() {
    type Values = fn(usize) -> u32;
    let cases: [(&str, usize, Values, bool); 6] = [
        ("month", 30, |it| u32::try_from((it * 7) % 23 + it / 2).unwrap(), true),
        ("day", 1, |it| u32::try_from(it + 1).unwrap(), true),
        ("zero", 30, |_| 0, false),
        ("huge", 30, |it| u32::MAX / u32::try_from(it + 1).unwrap(), true),
        ("many", 400, |it| u32::try_from(it).unwrap(), true),
        ("none", 0, |_| 0, false),
    ];
    for language in Language::ALL {
        for (name, days, value, filled) in cases {
            let file = draw(&chart(language, days, value)).unwrap();
            assert!(file.len() < 200_000, "{name}: {} bytes", file.len());
            let (width, height, pixels) = read(&file);
            assert_eq!((width, height), SIZE, "{name}");
            assert!(painted(&pixels, GROUND) > pixels.len() / 3 / 4, "{name}: the ground is light");
            assert!(painted(&pixels, INK) > 500, "{name}: there are words");
            let legend = 28 * 28;
            for hue in [Hue::Warm, Hue::Fresh, Hue::Calm] {
                assert_eq!(painted(&pixels, colour(hue)) > 2 * legend, filled, "{name} {hue:?}");
            }
        }
    }
}

#[test]
fn the_top_of_a_scale_is_round_and_holds_everything() {
    for (most, expect) in
        [(0, 1), (1, 1), (3, 3), (4, 4), (5, 6), (9, 10), (17, 20), (100, 100), (101, 150), (999, 1_000)]
    {
        let series = Series { name: text(Language::En, "x"), hue: Hue::Calm, values: vec![0, most] };
        assert_eq!(scale(&[series], 2, 2), expect, "{most}");
    }
    for most in [u32::MAX, 12_345, 77_777_777] {
        let series = Series { name: text(Language::En, "x"), hue: Hue::Calm, values: vec![most] };
        let top = scale(&[series], 1, 1);
        assert!(top >= u64::from(most) && top <= 2 * u64::from(most), "{most}: {top}");
    }
}
