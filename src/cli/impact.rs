//! Who would gain or lose what, as lines for people and as rows for scripts.

use super::Cx;
use super::exit::{Exit, Result};
use super::operator::Operator;
use super::output::Format;
use super::sure::say_asks;
use crate::service::Asks;
use crate::service::explain::{Shift, sentences};

/// Those of a change that isn't made, and what it would ask for.
pub fn show(cx: &Cx, operator: &Operator, shifts: &[Shift], asks: &Asks) -> Result<Exit> {
    if cx.output.format == Format::Table {
        lines(cx, operator, shifts)?;
    } else {
        cx.output.rows(Shift::FIELDS, shifts)?;
    }
    say_asks(asks);
    Ok(Exit::Done)
}

/// A sentence for each.
pub fn lines(cx: &Cx, operator: &Operator, shifts: &[Shift]) -> Result<()> {
    let sentences = sentences(shifts, &operator.session.organization_name);
    cx.output.lines(&sentences)
}
