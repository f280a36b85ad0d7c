//! The signs of a drawing in three sets. Every one is one cell wide.

/// One set of signs. Marks of a relation are two signs each, nearest the table the greatest number.
#[derive(Debug, PartialEq, Eq)]
pub struct Signs {
    pub name: &'static str,
    /// By the sides that a line leaves the cell through: bits up 1, right 2, down 4, left 8.
    pub lines: [char; 16],
    /// The same for relations that are guessed: only straight pieces differ.
    pub guessed: [char; 2],
    /// One, on a line that runs along: `┼`.
    pub one: char,
    pub zero: char,
    /// Many, pointing right (`<` opens to the table on its right) and left.
    pub many: [char; 2],
    /// Corners and sides of the table in the middle: as `lines` 6, 12, 3, 9, then along, then down.
    pub strong: [char; 6],
    /// Where a line meets the side of a box: from the right, from the left, for plain and strong boxes.
    pub joint: [char; 4],
    pub warning: char,
    pub cut: &'static str,
    pub none: &'static str,
    pub times: &'static str,
    pub arrow: &'static str,
    pub crumb: &'static str,
    pub rule: char,
    pub select: char,
}

pub const UNICODE: Signs = Signs {
    name: "unicode",
    lines: [' ', '│', '─', '└', '│', '│', '┌', '├', '─', '┘', '─', '┴', '┐', '┤', '┬', '┼'],
    guessed: ['┄', '┆'],
    one: '┼',
    zero: '○',
    many: ['<', '>'],
    strong: ['╔', '╗', '╚', '╝', '═', '║'],
    joint: ['├', '┤', '╟', '╢'],
    warning: '▲',
    cut: "…",
    none: "–",
    times: "×",
    arrow: "→",
    crumb: "›",
    rule: '─',
    select: '▌',
};

/// What the font of a Linux console has.
pub const CP437: Signs =
    Signs { name: "cp437", guessed: ['·', ':'], zero: 'o', cut: ".", none: "-", times: "x", crumb: ">", ..UNICODE };

pub const ASCII: Signs = Signs {
    name: "ascii",
    lines: [' ', '|', '-', '+', '|', '|', '+', '+', '-', '+', '-', '+', '+', '+', '+', '+'],
    guessed: ['.', ':'],
    one: '|',
    zero: 'o',
    many: ['<', '>'],
    strong: ['#', '#', '#', '#', '=', '#'],
    joint: ['+', '+', '#', '#'],
    warning: '^',
    cut: "..",
    none: "-",
    times: "x",
    arrow: "->",
    crumb: ">",
    rule: '-',
    select: '>',
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

    /// The two signs at a table that stands to the right of them: `○<`, `┼┼`.
    pub fn before(&self, many: bool, optional: bool) -> [char; 2] {
        let near = if many { self.many[0] } else { self.one };
        let far = if optional { self.zero } else { self.one };
        [far, near]
    }

    /// The two signs at a table that stands to the left of them: `>○`, `┼┼`.
    pub fn behind(&self, many: bool, optional: bool) -> [char; 2] {
        let [far, near] = self.before(many, optional);
        [if many { self.many[1] } else { near }, far]
    }
}
