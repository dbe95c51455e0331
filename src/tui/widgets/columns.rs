//! The widths of a grid's columns, computed by ourselves: the same from run to run, whatever fits.

/// One column that a grid can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: &'static str,
    /// Below this it is left out.
    pub least: u16,
    /// Beyond this it gains nothing.
    pub most: u16,
    /// Which columns go first when there is no room: the largest number.
    pub expendable: u8,
}

/// A column as it is drawn: its place in the list of columns, and its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub index: usize,
    pub x: u16,
    pub width: u16,
}

/// A space between two columns.
const GAP: u16 = 1;

/// Leaves out what doesn't fit, then shares the room that is left in proportion to what each could use.
#[must_use]
pub fn place(columns: &[Column], x: u16, room: u16) -> Vec<Placed> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let column = |index: usize| columns.get(index).copied().unwrap_or(NO_COLUMN);
    while shown.len() > 1 && needed(&shown, column) > room {
        let worst = shown
            .iter()
            .copied()
            .max_by_key(|&index| (column(index).expendable, index));
        shown.retain(|index| Some(*index) != worst);
    }
    let mut spare = room.saturating_sub(needed(&shown, column));
    let mut wishes: u16 = shown.iter().map(|&index| wish(column(index))).sum();
    let mut next = x;
    shown
        .into_iter()
        .map(|index| {
            let wanted = wish(column(index));
            let gain = gain_of(spare, wanted, wishes);
            spare -= gain;
            wishes -= wanted;
            let width = (column(index).least + gain).min(room);
            let placed = Placed {
                index,
                x: next,
                width,
            };
            next += width + GAP;
            placed
        })
        .collect()
}

const NO_COLUMN: Column = Column {
    title: "",
    least: 0,
    most: 0,
    expendable: 0,
};

fn needed(shown: &[usize], column: impl Fn(usize) -> Column) -> u16 {
    let gaps = u16::try_from(shown.len().saturating_sub(1)).unwrap_or(u16::MAX) * GAP;
    shown.iter().map(|&index| column(index).least).sum::<u16>() + gaps
}

fn wish(column: Column) -> u16 {
    column.most.saturating_sub(column.least)
}

fn gain_of(spare: u16, wanted: u16, wishes: u16) -> u16 {
    if wishes == 0 {
        return 0;
    }
    let gain = u32::from(spare) * u32::from(wanted) / u32::from(wishes);
    u16::try_from(gain).unwrap_or(wanted).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column {
            title: "USER",
            least: 8,
            most: 16,
            expendable: 0,
        },
        Column {
            title: "NAME",
            least: 10,
            most: 30,
            expendable: 1,
        },
        Column {
            title: "EMAIL",
            least: 12,
            most: 40,
            expendable: 3,
        },
        Column {
            title: "STATUS",
            least: 8,
            most: 8,
            expendable: 0,
        },
    ];

    fn widths(room: u16) -> Vec<(usize, u16)> {
        place(COLUMNS, 0, room)
            .into_iter()
            .map(|placed| (placed.index, placed.width))
            .collect()
    }

    #[test]
    fn the_most_expendable_column_goes_first() {
        assert_eq!(widths(41), [(0, 8), (1, 10), (2, 12), (3, 8)]);
        assert_eq!(
            widths(40)
                .iter()
                .map(|(index, _)| *index)
                .collect::<Vec<_>>(),
            [0, 1, 3]
        );
        assert_eq!(
            widths(20)
                .iter()
                .map(|(index, _)| *index)
                .collect::<Vec<_>>(),
            [0, 3]
        );
    }

    #[test]
    fn spare_room_is_shared_and_never_wasted_beyond_the_most() {
        for room in 17..200 {
            let placed = place(COLUMNS, 4, room);
            let last = placed.last().unwrap();
            assert!(last.x + last.width <= 4 + room, "room {room}");
            for pair in placed.windows(2) {
                assert_eq!(pair[0].x + pair[0].width + GAP, pair[1].x);
            }
        }
        assert_eq!(widths(200), [(0, 16), (1, 30), (2, 40), (3, 8)]);
    }

    #[test]
    fn a_column_wider_than_the_window_is_cut_to_it() {
        assert_eq!(widths(5), [(0, 5)]);
    }
}
