//! Faults on order: what the network and the servers do on bad days.

/// A fault to be played.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The method it hits, by its official name; `None` hits every method. `webhook` hits deliveries.
    pub method: Option<&'static str>,
    /// Only calls with this `chat_id`.
    pub chat: Option<i64>,
    /// What happens.
    pub kind: FaultKind,
    /// How often; `None` is always.
    pub times: Option<u32>,
    /// How many calls pass before it begins.
    pub skip: u32,
    /// How likely each time, 0 to 1.
    pub probability: f64,
    /// The call is done, and then its answer is lost or another one (for all that answer by themselves).
    pub after: bool,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The answer takes longer, by so many ms. Adds up with other faults.
    Latency(u64),
    /// 429 with `retry_after` in seconds; calls before its end count as early.
    Flood {
        /// Seconds.
        retry_after_s: u32,
        /// For the whole bot rather than for the chat.
        everywhere: bool,
    },
    /// An HTTP status with a page that is no JSON.
    Status(u16),
    /// An error of the Bot API with these words.
    Error(u16, &'static str),
    /// The connection ends without an answer.
    Reset,
    /// Nothing for so many ms, then the connection ends.
    Hang(u64),
    /// 200 with half a JSON object.
    Garbage,
    /// An HTTP status with these words, said to be JSON.
    Says(u16, &'static str),
    /// 200 with so many bytes that are no answer.
    Huge(usize),
    /// The call is done, and half of its answer comes.
    Short,
    /// The call is done, and its answer comes 16 bytes at a time, with so many ms between.
    Drip(u64),
    /// Deliveries: the same update twice.
    Duplicate,
    /// `getUpdates`: the answer in another order.
    Reorder,
    /// Webhook: a wrong secret.
    ForgedSecret,
}

impl Fault {
    /// A fault of one method, every time.
    #[must_use]
    pub const fn of(method: &'static str, kind: FaultKind) -> Self {
        Self { method: Some(method), chat: None, kind, times: None, skip: 0, probability: 1.0, after: false }
    }

    /// A fault of every method, every time.
    #[must_use]
    pub const fn of_all(kind: FaultKind) -> Self {
        Self { method: None, chat: None, kind, times: None, skip: 0, probability: 1.0, after: false }
    }

    /// So often and no more.
    #[must_use]
    pub const fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// After so many calls.
    #[must_use]
    pub const fn skip(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// With this probability.
    #[must_use]
    pub const fn with_probability(self, probability: f64) -> Self {
        Self { probability, ..self }
    }

    /// The call is done, then the answer is lost.
    #[must_use]
    pub const fn after(self) -> Self {
        Self { after: true, ..self }
    }

    /// Only in this chat.
    #[must_use]
    pub const fn in_chat(self, chat: i64) -> Self {
        Self { chat: Some(chat), ..self }
    }
}

/// Which faults are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// How a call or a delivery travels.
    Transport,
    /// What a delivery contains.
    Content,
    /// Both.
    Both,
}

/// What hits one call.
#[derive(Debug, Default)]
pub(super) struct Hit {
    /// The answer is late by so many ms.
    pub(super) latency_ms: u64,
    /// And this happens, with whether the call is done first.
    pub(super) kind: Option<(FaultKind, bool)>,
}

/// The faults in force, with their dice.
#[derive(Debug)]
pub(super) struct Faults {
    list: Vec<Fault>,
    dice: u64,
}

impl Faults {
    pub(super) const fn new(seed: u64) -> Self {
        Self { list: Vec::new(), dice: seed | 1 }
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.list.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    /// What happens to this call.
    pub(super) fn hit(&mut self, method: &str, chat: Option<i64>, layer: Layer) -> Hit {
        let mut hit = Hit::default();
        for at in 0..self.list.len() {
            let fault = &self.list[at];
            let latency = matches!(fault.kind, FaultKind::Latency(_));
            if fault.applies(method, chat, layer) && (latency || hit.kind.is_none()) && self.strikes(at) {
                match &self.list[at].kind {
                    FaultKind::Latency(ms) => hit.latency_ms += ms,
                    kind => hit.kind = Some((kind.clone(), self.list[at].after)),
                }
            }
        }
        hit
    }

    fn strikes(&mut self, at: usize) -> bool {
        let roll = self.roll();
        let fault = &mut self.list[at];
        if fault.skip > 0 {
            fault.skip -= 1;
            return false;
        }
        if roll >= fault.probability {
            return false;
        }
        fault.times = fault.times.map(|it| it.saturating_sub(1));
        true
    }

    #[expect(clippy::cast_precision_loss, reason = "dice")]
    fn roll(&mut self) -> f64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Fault {
    fn applies(&self, method: &str, chat: Option<i64>, layer: Layer) -> bool {
        let content = matches!(self.kind, FaultKind::Duplicate | FaultKind::Reorder | FaultKind::ForgedSecret);
        let asked = match layer {
            Layer::Both => true,
            Layer::Content => content,
            Layer::Transport => !content,
        };
        let named = self.method.map_or(method != "webhook", |it| it == method);
        asked && named && self.times != Some(0) && self.chat.is_none_or(|it| chat == Some(it))
    }
}
