//! What the offline provider says, in its two languages. They are the words of a model, chosen by the question's script,
//! and not of the program: so they stand here and not in `locales`.

pub(super) struct Words {
    /// Parts of questions about what was said before.
    pub asks_for_past: &'static [&'static str],
    /// Parts of questions about who answers.
    pub asks_who: &'static [&'static str],
    pub who: &'static str,
    pub before: &'static str,
    pub nothing_before: &'static str,
    pub heading: &'static str,
    pub counted: &'static str,
    pub words: &'static str,
    pub characters: &'static str,
    pub lines: &'static str,
    pub pictures: &'static str,
    pub how: &'static str,
    pub key: &'static str,
    pub home: &'static str,
    pub sign: &'static str,
    pub heard: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    asks_for_past: &["did i say", "did i write", "i said", "i told you", "remember"],
    asks_who: &["who are you", "what are you", "your name"],
    who: "I am the **offline** voice of this house. No model is behind me, and nothing you write leaves this machine.",
    before: "Before this, you said:",
    nothing_before: "This is the first thing you have said here.",
    heading: "You asked",
    counted: "I cannot think about it, but I can count it:",
    words: "words",
    characters: "characters",
    lines: "lines of our conversation",
    pictures: "pictures",
    how: "For a real answer, the keeper of this house can set up a provider:",
    key: "with a key: `[ai.providers.openai]` in `config.toml`",
    home: "or at home: `kind = \"ollama\"`",
    sign: "_Offline: answered without a model and without a network._",
    heard: "(Offline: a recording of {bytes} bytes, which nobody has listened to.)",
};

pub(super) const RUSSIAN: Words = Words {
    asks_for_past: &["я сказал", "я говорил", "я писал", "я написал", "помнишь"],
    asks_who: &["кто ты", "ты кто", "кто вы", "вы кто", "как тебя зовут"],
    who: "Я — **автономный** голос этого дома. За мной нет модели, и ничто из написанного не покидает эту машину.",
    before: "До этого вы сказали:",
    nothing_before: "Это первое, что вы здесь сказали.",
    heading: "Вы спросили",
    counted: "Обдумать это я не могу, но могу посчитать:",
    words: "слов",
    characters: "знаков",
    lines: "реплик в нашем разговоре",
    pictures: "картинок",
    how: "Чтобы получать настоящие ответы, хозяин дома может подключить провайдера:",
    key: "с ключом: `[ai.providers.openai]` в `config.toml`",
    home: "или у себя дома: `kind = \"ollama\"`",
    sign: "_Автономно: ответ без модели и без сети._",
    heard: "(Автономно: запись, {bytes} байт; её никто не слушал.)",
};
