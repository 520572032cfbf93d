//! What every document that an operator writes is made of: tables with named fields, words out of a list, one value or
//! several, a text or a table. A name that is not known is an error that tells the nearest one.

mod nearest;
mod one_or_many;
mod table;
mod text_or;

pub(crate) use self::one_or_many::OneOrMany;
pub(crate) use self::table::{Name, table, unknown, words};
pub(crate) use self::text_or::TextOr;
