//! The signs of a drawn plan in three sets. Branches are three cells wide, bars are made of eighths.

/// One set of signs.
#[derive(Debug, PartialEq, Eq)]
pub struct Signs {
    pub name: &'static str,
    /// To a node that others follow, to the last one, past a node, past nothing.
    pub branch: [&'static str; 4],
    pub folded: &'static str,
    /// One to eight eighths of a cell.
    pub bars: [&'static str; 8],
    pub rule: &'static str,
    pub cut: &'static str,
    pub none: &'static str,
    pub times: &'static str,
    /// Worst, warning, remark.
    pub marks: [&'static str; 3],
    pub select: &'static str,
    /// Between two plans: the same, only left, only right, other figures.
    pub sides: [&'static str; 4],
}

pub const UNICODE: Signs = Signs {
    name: "unicode",
    branch: ["├─ ", "└─ ", "│  ", "   "],
    folded: "▸",
    bars: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    rule: "─",
    cut: "…",
    none: "–",
    times: "×",
    marks: ["■", "▲", "·"],
    select: "▌",
    sides: ["│", "◂", "▸", "≠"],
};

/// What the font of a Linux console has.
pub const CP437: Signs = Signs {
    name: "cp437",
    folded: "►",
    bars: ["", "", "", "▌", "▌", "▌", "▌", "█"],
    cut: ".",
    none: "-",
    times: "x",
    sides: ["│", "◄", "►", "≠"],
    ..UNICODE
};

pub const ASCII: Signs = Signs {
    name: "ascii",
    branch: ["|- ", "`- ", "|  ", "   "],
    folded: "+",
    bars: ["", "", "", "", "", "", "", "#"],
    rule: "-",
    cut: "..",
    none: "-",
    times: "x",
    marks: ["C", "W", "."],
    select: ">",
    sides: ["|", "<", ">", "!"],
};

impl Signs {
    /// The set of this name, as the screen calls its own.
    pub fn named(name: &str) -> &'static Self {
        match name {
            "ascii" => &ASCII,
            "cp437" => &CP437,
            _ => &UNICODE,
        }
    }

    /// A bar for a share of the whole, `room` cells at most.
    pub fn bar(&self, share: f64, room: usize) -> String {
        let eighths = (share.clamp(0.0, 1.0) * (room * 8) as f64).round() as usize;
        let (full, rest) = (eighths / 8, eighths % 8);
        let mut out = self.bars[7].repeat(full);
        if rest > 0 {
            out.push_str(self.bars[rest - 1]);
        }
        out
    }
}
