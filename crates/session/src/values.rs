use std::borrow::Cow;

/// What a query parameter is set to: one value, several, or none at all.
///
/// Made from text, numbers and booleans, from arrays, slices and `Vec`s of them, and from an `Option`. Without a
/// value (`None`, an empty list) a parameter is not sent, and takes the session's parameter of that name away.
///
/// ```
/// use sortie_session::Values;
///
/// assert_eq!(Values::from("1").iter().collect::<Vec<_>>(), ["1"]);
/// assert_eq!(Values::from(["2", "3"]).iter().collect::<Vec<_>>(), ["2", "3"]);
/// assert_eq!(Values::from(None).iter().count(), 0);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Values(Vec<Box<str>>);

impl Values {
    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|value| &**value)
    }
}

impl From<Option<&str>> for Values {
    fn from(value: Option<&str>) -> Self {
        Values(value.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Values>, const N: usize> From<[T; N]> for Values {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Into<Values>> From<Vec<T>> for Values {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Into<Values> + Clone> From<&[T]> for Values {
    fn from(values: &[T]) -> Self {
        values.iter().cloned().collect()
    }
}

impl<T: Into<Values>> FromIterator<T> for Values {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Values(values.into_iter().flat_map(|value| value.into().0).collect())
    }
}

macro_rules! from_text {
    ($($text:ty),*) => {
        $(impl From<$text> for Values {
            fn from(value: $text) -> Self {
                Values(vec![value.into()])
            }
        })*
    };
}

macro_rules! from_shown {
    ($($shown:ty),*) => {
        $(impl From<$shown> for Values {
            fn from(value: $shown) -> Self {
                Values(vec![value.to_string().into()])
            }
        })*
    };
}

from_text!(&str, String, Box<str>, Cow<'_, str>);
from_shown!(&String, &&str, bool, char, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);
