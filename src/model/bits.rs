//! Sets of yes-or-no properties in a few bits: a catalog holds hundreds of thousands of them.

/// Gives a bit set `has` and `set`; its properties are associated constants.
macro_rules! bits {
    ($name:ident) => {
        impl $name {
            pub fn has(self, bit: Self) -> bool {
                self.0 & bit.0 != 0
            }

            /// Switches `bit` on when `on`; never off.
            pub fn set(&mut self, bit: Self, on: bool) {
                if on {
                    self.0 |= bit.0;
                }
            }
        }
    };
}
pub(super) use bits;
