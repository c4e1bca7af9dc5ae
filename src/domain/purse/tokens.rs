//! How many tokens a question has, before anybody has counted them.
//!
//! Each provider counts in its own way, and none says how before it is asked. So this is a rule of thumb that errs
//! high: what is held back before asking is at least what is spent, and the rest comes back when the provider has
//! counted. It was set beside the counts of o200k and cl100k (the vocabularies of GPT-4o and GPT-4), with digits
//! counted one by one as Gemini does. English comes out at 3 characters per token, Russian at 1.7, Chinese at 0.8.

use crate::domain::ai::Question;

/// Twelfths of a token, by what a character is.
const SMALL: u64 = 4;
const CAPITAL: u64 = 5;
const PUNCTUATION: u64 = 8;
const DIGIT: u64 = 12;
const BREAK: u64 = 12;
/// Letters of scripts whose letters take two bytes: Cyrillic, Greek, Latin with accents.
const TWO_BYTES: u64 = 7;
/// What looks like no word: keys, hashes, pictures as text.
const GIBBERISH: u64 = 10;
/// Letters and digits without a pause, beyond which it is gibberish.
const WORD: u32 = 12;
/// Chinese, Japanese, Korean.
const IDEOGRAPH: u64 = 15;
/// Other scripts, which vocabularies know less well.
const OTHER: u64 = 16;
/// Emoji, and what joins them.
const EMOJI: u64 = 36;
const WHOLE: u64 = 12;

/// What a line costs beside its words, and a question beside its lines.
const PER_LINE: u64 = 8;
const PER_QUESTION: u64 = 8;

/// Tokens of a text, rather too many than too few.
#[must_use]
pub fn of_text(text: &str) -> u64 {
    let (mut sum, mut run) = (0_u64, 0_u32);
    for it in text.chars() {
        run = if it.is_ascii_alphanumeric() { run.saturating_add(1) } else { 0 };
        sum = sum.saturating_add(weight(it).max(if run > WORD { GIBBERISH } else { 0 }));
    }
    sum.div_ceil(WHOLE)
}

const fn weight(it: char) -> u64 {
    match it {
        'a'..='z' | ' ' => SMALL,
        'A'..='Z' => CAPITAL,
        '0'..='9' => DIGIT,
        '!'..='~' => PUNCTUATION,
        '\0'..='\u{7f}' => BREAK,
        '\u{80}'..='\u{58f}' => TWO_BYTES,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => {
            IDEOGRAPH
        }
        '\u{ff00}'..='\u{ffef}' => IDEOGRAPH,
        '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => EMOJI,
        '\u{590}'..='\u{ffff}' => OTHER,
        '\u{10000}'.. => EMOJI,
    }
}

/// Tokens of a question as a provider will bill them: its words and its pictures.
#[must_use]
pub fn of_question(question: &Question, picture_tokens: u64) -> u64 {
    let pictures = question.lines.iter().map(|it| it.pictures.len() as u64).sum::<u64>();
    let words = question.lines.iter().map(|it| of_text(&it.text).saturating_add(PER_LINE)).sum::<u64>();
    words
        .saturating_add(of_text(&question.system))
        .saturating_add(PER_QUESTION)
        .saturating_add(pictures.saturating_mul(picture_tokens))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ai::{Line, Speaker, Task};
    use proptest::prelude::*;

    /// A text, and how many tokens it has in o200k and in cl100k, whichever is more, as counted by gpt-tokenizer 4.0.
    const COUNTED: [(&str, &str, u64); 17] = [
        (
            "English",
            "The house keeps every message until it is answered. If a provider is down, people are told within a few seconds, and their question waits until somebody can answer it.",
            34,
        ),
        (
            "Russian",
            "Дом хранит каждое сообщение, пока на него не ответят. Если поставщик недоступен, людям говорят об этом через несколько секунд, и их вопрос ждёт, пока кто-нибудь не сможет ответить.",
            78,
        ),
        (
            "Chinese",
            "房子会保留每一条消息，直到得到回答。如果供应商出现故障，人们会在几秒钟内得到通知，他们的问题会一直等到有人能够回答为止。",
            65,
        ),
        (
            "Japanese",
            "この家はすべてのメッセージを返事があるまで保管します。提供者が落ちているときは、数秒以内に知らせます。",
            49,
        ),
        ("Korean", "이 집은 모든 메시지를 답변할 때까지 보관합니다. 제공자가 중단되면 몇 초 안에 알려 드립니다.", 48),
        ("Arabic", "يحتفظ البيت بكل رسالة حتى يتم الرد عليها. إذا تعطل المزود، يُخبر الناس خلال ثوانٍ قليلة.", 63),
        (
            "Hindi",
            "घर हर संदेश को तब तक रखता है जब तक उसका उत्तर न मिल जाए। यदि प्रदाता बंद है, तो लोगों को कुछ ही सेकंड में बता दिया जाता है।",
            125,
        ),
        (
            "Rust",
            "fn main() {\n    let mut total: u64 = 0;\n    for (index, value) in values.iter().enumerate() {\n        if value % 2 == 0 && index != 7 { total += u64::from(*value) << 3; }\n    }\n    println!(\"{total:>10}\");\n}\n",
            70,
        ),
        ("JSON", r#"{"id":12345,"name":"Ann","tags":["a","b","c"],"nested":{"x":-1.5,"y":null,"ok":true}}"#, 36),
        ("digits", "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899", 29),
        (
            "Base64",
            "QmFzZTY0IGlzIGEgZ3JvdXAgb2YgYmluYXJ5LXRvLXRleHQgZW5jb2Rpbmcgc2NoZW1lcyB0aGF0IHRyYW5zZm9ybXMgYmluYXJ5IGRhdGE=",
            80,
        ),
        ("hex", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 35),
        ("emoji", "😀🎉🚀🏳️‍🌈👨‍👩‍👧‍👦🇩🇪", 41),
        ("capitals", "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND RUNS AWAY FROM IT.", 22),
        (
            "long words",
            "Donaudampfschifffahrtsgesellschaftskapitän übernimmt Verantwortung für Geschwindigkeitsüberschreitungen.",
            36,
        ),
        ("punctuation", "!!! ??? ... --- *** ### $$$ %%% ^^^ &&& ((( ))) [[[ ]]] {{{ }}}", 22),
        ("a table", "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |\n", 34),
    ];

    #[test]
    fn what_is_estimated_is_at_least_what_is_counted_and_at_most_three_times_that() {
        for (what, text, counted) in COUNTED {
            let estimate = of_text(text);
            assert!(counted <= estimate && estimate <= counted * 3, "{what}: counted {counted}, estimated {estimate}");
        }
    }

    #[test]
    fn plain_language_is_not_overstated_by_more_than_three_quarters() {
        for (what, text, counted) in &COUNTED[..4] {
            assert!(of_text(text) * 4 <= counted * 7, "{what}: {counted} and {}", of_text(text));
        }
    }

    #[test]
    fn a_question_is_its_words_its_lines_and_its_pictures() {
        let line = |text: &str, pictures: usize| Line {
            by: Speaker::Person,
            text: text.into(),
            pictures: vec!["file".into(); pictures],
        };
        let question = |lines| Question {
            task: Task::Vision,
            system: "Be kind.".into(),
            lines,
            max_tokens: 1_000,
            json: false,
            prefer: None,
        };
        let empty = of_question(&question(Vec::new()), 1_600);
        assert_eq!(empty, of_text("Be kind.") + PER_QUESTION);
        let one = of_question(&question(vec![line("What is this?", 2)]), 1_600);
        assert_eq!(one, empty + of_text("What is this?") + PER_LINE + 3_200);
    }

    proptest! {
        #[test]
        fn more_text_is_never_less_and_parts_are_never_less_than_the_whole(one in ".{0,80}", other in ".{0,80}") {
            let both = of_text(&format!("{one}{other}"));
            prop_assert!(both >= of_text(&one).max(of_text(&other)));
            // A word that is cut may be gibberish in one piece only.
            let cut = u64::try_from(other.chars().count()).unwrap_or(0);
            prop_assert!(both <= of_text(&one) + of_text(&other) + cut);
        }
    }
}
