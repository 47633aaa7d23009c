//! [`Collection`]: a collection whose first items are made on demand, so that a million take no memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::luid::{ADDED, Kind, luid, number};
use super::sample::Sample;

/// What a collection holds.
pub(super) trait Item: Clone {
    const KIND: Kind;

    fn id(&self) -> &str;

    /// Generated item `n` of a site.
    fn generate(sample: &Sample, n: u64) -> Self;
}

/// Items in a fixed order: the generated ones, then the ones that requests added.
pub(super) struct Collection<T> {
    sample: Sample,
    generated: u64,
    /// Generated items that were changed, or deleted (`None`).
    changed: BTreeMap<u64, Option<T>>,
    deleted: u64,
    added: BTreeMap<u64, T>,
    next: u64,
}

impl<T: Item> Collection<T> {
    pub(super) fn new(sample: &Sample, generated: u64) -> Collection<T> {
        Collection {
            sample: sample.clone(),
            generated,
            changed: BTreeMap::new(),
            deleted: 0,
            added: BTreeMap::new(),
            next: ADDED,
        }
    }

    /// An id for an item that is to be added.
    pub(super) fn new_id(&mut self) -> String {
        self.next += 1;
        luid(T::KIND, self.sample.site, self.next)
    }

    pub(super) fn add(&mut self, item: T) {
        let n = number(item.id(), T::KIND, self.sample.site).unwrap_or_default();
        self.added.insert(n, item);
    }

    fn at(&self, n: u64) -> Option<Cow<'_, T>> {
        if n >= ADDED {
            return self.added.get(&n).map(Cow::Borrowed);
        }
        match self.changed.get(&n) {
            Some(item) => item.as_ref().map(Cow::Borrowed),
            None => (n < self.generated).then(|| Cow::Owned(T::generate(&self.sample, n))),
        }
    }

    fn number(&self, id: &str) -> Option<u64> {
        number(id, T::KIND, self.sample.site)
    }

    pub(super) fn find(&self, id: &str) -> Option<Cow<'_, T>> {
        self.at(self.number(id)?)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    /// The item, or the api_error that its kind gives for an unknown id.
    pub(super) fn get(&self, id: &str) -> Result<Cow<'_, T>, super::api_error::ApiError> {
        self.find(id).ok_or_else(|| T::KIND.missing(id))
    }

    /// The item to be changed; from now on it is kept.
    pub(super) fn get_mut(&mut self, id: &str) -> Result<&mut T, super::api_error::ApiError> {
        let missing = || T::KIND.missing(id);
        let n = self.number(id).ok_or_else(missing)?;
        if n >= ADDED {
            return self.added.get_mut(&n).ok_or_else(missing);
        }
        if n >= self.generated {
            return Err(missing());
        }
        let sample = &self.sample;
        self.changed
            .entry(n)
            .or_insert_with(|| Some(T::generate(sample, n)))
            .as_mut()
            .ok_or_else(missing)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), super::api_error::ApiError> {
        if !self.has(id) {
            return Err(T::KIND.missing(id));
        }
        if let Some(n) = self.number(id) {
            if n >= ADDED {
                self.added.remove(&n);
            } else {
                self.changed.insert(n, None);
                self.deleted += 1;
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> u64 {
        self.generated - self.deleted + self.added.len() as u64
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'_, T>> {
        let added = self.added.values().map(Cow::Borrowed);
        (0..self.generated).filter_map(|n| self.at(n)).chain(added)
    }

    /// The items after the first `skip`, at most `most`; the skipped ones are not made.
    pub(super) fn slice(&self, skip: u64, most: u64) -> Vec<Cow<'_, T>> {
        let here = self.generated - self.deleted;
        let mut items = Vec::new();
        if skip < here {
            let start = self.position(skip);
            let there = (start..self.generated).filter_map(|n| self.at(n));
            items.extend(there.take(usize::try_from(most).unwrap_or(usize::MAX)));
        }
        let left = usize::try_from(most).unwrap_or(usize::MAX) - items.len();
        let skip = usize::try_from(skip.saturating_sub(here)).unwrap_or(usize::MAX);
        items.extend(self.added.values().skip(skip).take(left).map(Cow::Borrowed));
        items
    }

    // The number of the generated item that has `skip` undeleted ones before it.
    fn position(&self, skip: u64) -> u64 {
        let mut at = skip;
        for (&n, item) in &self.changed {
            if n > at {
                break;
            }
            at += u64::from(item.is_none());
        }
        at
    }

    /// Items that a request made, with the changed ones: the ones that can be at odds with the
    /// pattern of the generated.
    pub(super) fn kept(&self) -> impl Iterator<Item = &T> {
        self.changed.values().flatten().chain(self.added.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Thing(String, u64);

    impl Item for Thing {
        const KIND: Kind = Kind::Group;

        fn id(&self) -> &str {
            &self.0
        }

        fn generate(sample: &Sample, n: u64) -> Thing {
            Thing(luid(Kind::Group, sample.site, n), n)
        }
    }

    fn numbers(collection: &Collection<Thing>, skip: u64, most: u64) -> Vec<u64> {
        collection.slice(skip, most).iter().map(|thing| thing.1).collect()
    }

    #[test]
    fn slices_are_what_iteration_gives() {
        let mut collection = Collection::<Thing>::new(&Sample::default(), 10);
        for n in [0, 3, 4, 9] {
            collection.remove(&luid(Kind::Group, 0, n)).unwrap();
        }
        assert!(collection.remove(&luid(Kind::Group, 0, 3)).is_err());
        assert!(collection.get_mut(&luid(Kind::Group, 0, 3)).is_err());
        collection.get_mut(&luid(Kind::Group, 0, 5)).unwrap().1 = 55;
        for n in [100, 101, 102] {
            let id = collection.new_id();
            collection.add(Thing(id, n));
        }
        let all: Vec<u64> = collection.iter().map(|thing| thing.1).collect();
        assert_eq!(all, [1, 2, 55, 6, 7, 8, 100, 101, 102]);
        assert_eq!(collection.len(), 9);
        for skip in 0..11 {
            for most in 0..11 {
                let expected: Vec<u64> = all
                    .iter()
                    .copied()
                    .skip(usize::try_from(skip).unwrap())
                    .take(usize::try_from(most).unwrap())
                    .collect();
                assert_eq!(numbers(&collection, skip, most), expected, "{skip} {most}");
            }
        }
    }

    #[test]
    fn a_million_cost_nothing() {
        let collection = Collection::<Thing>::new(&Sample::default(), 1_000_000);
        assert_eq!(numbers(&collection, 999_998, 10), [999_998, 999_999]);
        assert_eq!(collection.kept().count(), 0);
    }
}
